"""Links by which a user gets a way to sign in: the first one, and one for who lost theirs (E11).

They are made on the server alone (`carepost member link`, `carepost access restore`).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from carepost.practice import addresses, audit, passwords, sign_in
from carepost.practice.errors import Conflict, NotFound
from carepost.practice.models import AccessLink, User

if TYPE_CHECKING:
    from datetime import datetime

FIRST = timedelta(days=7)
RESTORED = timedelta(minutes=30)


def first_link(email: str, now: datetime) -> str:
    """The token of a link to choose a first password; 7 days. Former links of the user end.

    Raises NotFound for an address that nobody has, Conflict for a user who has a password.
    """
    with transaction.atomic():
        user = _user(email)
        if user.password and user.has_usable_password():
            raise Conflict(
                _("This person has a password. For one who lost it: carepost access restore.")
            )
        return _make(user, now, FIRST, restores=False)


def restore_link(email: str, now: datetime) -> str:
    """The token of a link to choose a new password and lose the second factor; 30 minutes.

    Until it is used nothing changes. Written into the audit trail of each practice of the user
    (RULES E11). Raises NotFound for an address that nobody has.
    """
    with transaction.atomic():
        user = _user(email)
        token = _make(user, now, RESTORED, restores=True)
        sign_in.record(user.id, "access.restore_link", by=audit.SYSTEM)
        return token


def look_up(token: str, now: datetime) -> AccessLink | None:
    """The link, with its user; None where it is unknown, used or past its time."""
    row = AccessLink.objects.select_related("user").filter(digest=_digest(token)).first()
    return row if row is not None and row.used_at is None and now < row.expires_at else None


def use(token: str, password: str, now: datetime) -> User:
    """Set the password; a restoring link takes the second factors away too. All sessions end.

    Raises NotFound where the link is good for nothing, Refused for a password that may not be.
    """
    with transaction.atomic():
        # Locked, so that a link clicked twice at once is used once.
        link = AccessLink.objects.select_for_update().filter(digest=_digest(token)).first()
        if link is None or link.used_at is not None or now >= link.expires_at:
            raise NotFound(_("This link was used or is too old. Ask for a new one."))
        user = User.objects.select_for_update().get(id=link.user_id)
        passwords.check(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
        link.used_at = now
        link.save(update_fields=["used_at"])
        if link.restores:
            Authenticator.objects.filter(user=user).delete()
        sign_in.record(user.id, "access.restore" if link.restores else "access.first_password")
    return user


def _user(email: str) -> User:
    user = User.objects.select_for_update().filter(email=addresses.email(email)).first()
    if user is None:
        raise NotFound(_("Nobody signs in with this address. See carepost practice list."))
    return user


def _make(user: User, now: datetime, lifetime: timedelta, *, restores: bool) -> str:
    AccessLink.objects.filter(user=user, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    AccessLink.objects.create(
        digest=_digest(token),
        user=user,
        restores=restores,
        created_at=now,
        expires_at=now + lifetime,
    )
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
