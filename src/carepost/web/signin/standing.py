"""What a practice still asks of a signed-in member before it opens (RULES E1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.urls import reverse

from carepost.web.signin import watch

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from carepost.practice.sign_in import Membership

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
HAS_FACTOR = "has_factor"
"""The session's note that its user has a passkey or an authenticator app."""


def still_to_do(request: HttpRequest, membership: Membership, now: datetime) -> str:
    """The URL where the member must go first; empty when nothing stands between.

    Also tells the session how long this practice lets a member be away. Where it is less than was
    known, and the member was away for longer, the session ends now.
    """
    minutes = membership.idle_minutes
    if request.session.get(watch.IDLE) != minutes:
        request.session[watch.IDLE] = minutes
        if watch.away(request) >= minutes * 60:
            logout(request)
            return reverse("account_login")
    if membership.needs_second_factor and not _has_factor(request):
        return reverse("signin:protect")
    return ""


def _has_factor(request: HttpRequest) -> bool:
    """Asked of the database once a session: every page comes by here."""
    if not request.session.get(HAS_FACTOR):
        if not has_factor(authenticated_user(request).pk):
            return False
        request.session[HAS_FACTOR] = True
    return True


def has_factor(user_id: UUID) -> bool:
    """Whether a user has a passkey or an authenticator app; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exists()
