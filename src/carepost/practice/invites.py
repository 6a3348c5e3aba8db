"""Asking someone to become a member: a link by email, good once and for 7 days."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _

from carepost.practice import addresses, audit, fields, passwords, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Invite, Member, Practice, Role, User

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Opened:
    """An invite as its link shows it. `has_account`: whoever has the address signs in already."""

    practice_id: UUID
    practice_name: str
    invite_id: UUID
    email: str
    name: str
    role: str
    has_account: bool


def invite(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    email: str,
    role: str,
    name: str = "",
    now: datetime,
) -> tuple[Invite, str]:
    """Ask someone in. Gives the invite and its link's token, which can never be had again.

    The token goes by email and to nobody else: whoever holds it becomes the person invited. Raises
    Refused for what cannot be, Conflict where the person is a member or has an open invite.
    """
    email = addresses.email(email)
    role = _role(role)
    token = secrets.token_urlsafe(32)
    with tenancy.acting_for(practice_id):
        # Two members who ask the same person in at once do it one after the other.
        Practice.objects.select_for_update().get(id=practice_id)
        if Member.objects.filter(user__email=email, active=True).exists():
            raise Conflict(_("This person is a member already."), "email")
        open_ = Invite.objects.filter(email=email, accepted_at=None, revoked_at=None).first()
        if open_ is not None and open_.expires_at > now:
            raise Conflict(_("This person has an invite already. Send that one again."), "email")
        if open_ is not None:
            _end(open_, now)
        row = Invite.objects.create(
            practice_id=practice_id,
            email=email,
            name=fields.text(name, "name", most=120),
            role=role,
            digest=_digest(token),
            by=Member.objects.filter(id=actor.id).first() if actor.id else None,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        audit.record(practice_id, actor, "invite.send", "invite", row.id, role=role)
    return row, token


def resend(
    practice_id: UUID, invite_id: UUID, actor: audit.Actor, now: datetime
) -> tuple[Invite, str]:
    """A new link for 7 more days; the old one ends. Raises NotFound, Conflict if it is over."""
    token = secrets.token_urlsafe(32)
    with tenancy.acting_for(practice_id):
        row = _open_row(invite_id)
        row.digest = _digest(token)
        row.expires_at = now + LIFETIME
        row.save(update_fields=["digest", "expires_at"])
        audit.record(practice_id, actor, "invite.resend", "invite", row.id)
    return row, token


def revoke(practice_id: UUID, invite_id: UUID, actor: audit.Actor, now: datetime) -> None:
    """Take an invite back. Raises NotFound, Conflict if it is over."""
    with tenancy.acting_for(practice_id):
        row = _open_row(invite_id)
        _end(row, now)
        audit.record(practice_id, actor, "invite.revoke", "invite", row.id)


def look_up(token: str, now: datetime) -> Opened | None:
    """What a link is good for; None where it is unknown, used, revoked or past its time.

    Needs no practice: it asks the door `door_invite`, by the token's SHA-256.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_id, invite_id FROM door_invite(%s)", (_digest(token),))
        found = cursor.fetchone()
    if found is None:
        return None
    practice_id, invite_id = found
    with tenancy.acting_for(practice_id):
        row = Invite.objects.select_related("practice").get(id=invite_id)
        if not _is_open(row, now):
            return None
        return Opened(
            practice_id=practice_id,
            practice_name=row.practice.name,
            invite_id=row.id,
            email=row.email,
            name=row.name,
            role=row.role,
            has_account=User.objects.filter(email=row.email).exists(),
        )


def accept(
    token: str, now: datetime, *, name: str, password: str = "", user: User | None = None
) -> Member:
    """Become a member by a link, which ends. Gives the member, with its user.

    Someone new chooses a `password`. Someone who has an account must be signed in to it (`user`):
    an invite of one practice opens nothing of another. Raises Refused; NotFound where the link is
    good for nothing.
    """
    opened = look_up(token, now)
    if opened is None:
        raise NotFound(_("This link was used or is too old. Ask for a new invite."))
    with tenancy.acting_for(opened.practice_id):
        row = Invite.objects.select_for_update().get(id=opened.invite_id)
        # The one who came first by the same link, or a revoke, may have got here before us.
        if not _is_open(row, now) or bytes(row.digest) != _digest(token):
            raise NotFound(_("This link was used or is too old. Ask for a new invite."))
        name = fields.text(name, "name", most=120, required=True)
        holder = _holder(row.email, password, user)
        member = _member(row, holder, name)
        row.accepted_at, row.member = now, member
        row.save(update_fields=["accepted_at", "member"])
        actor = audit.Actor("member", member.id)
        audit.record(row.practice_id, actor, "invite.accept", "invite", row.id, role=row.role)
    return member


def _holder(email: str, password: str, user: User | None) -> User:
    if user is not None:
        if user.email != email:
            raise Refused(_("This invite is for another email address than yours."))
        return user
    if User.objects.filter(email=email).exists():
        raise Refused(_("You have an account already. Sign in to accept this invite."))
    made = User(email=email)
    passwords.check(password, made)
    made.set_password(password)
    made.save(force_insert=True)
    return made


def _member(row: Invite, user: User, name: str) -> Member:
    """A new member, or one who left and comes back."""
    member, new = Member.objects.get_or_create(
        practice_id=row.practice_id, user=user, defaults={"name": name, "role": row.role}
    )
    if not new:
        member.name, member.role, member.active = name, row.role, True
        member.save(update_fields=["name", "role", "active"])
    return member


def _open_row(invite_id: UUID) -> Invite:
    row = Invite.objects.select_for_update().filter(id=invite_id).first()
    if row is None:
        raise NotFound(_("There is no such invite."), "invite_id")
    if row.accepted_at or row.revoked_at:
        raise Conflict(_("This invite is over."), "invite_id")
    return row


def _is_open(row: Invite, now: datetime) -> bool:
    return row.accepted_at is None and row.revoked_at is None and now < row.expires_at


def _end(row: Invite, now: datetime) -> None:
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])


def _role(value: object) -> str:
    return fields.one_of(value, "role", tuple(Role.values))


def _digest(token: str) -> bytes:
    # Without salt: a token is 256 random bits, which no list holds.
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
