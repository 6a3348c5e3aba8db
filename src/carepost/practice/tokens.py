"""API tokens: issued, revoked, recognised. The token itself is shown once and kept nowhere."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from carepost.ground import clock
from carepost.practice import audit, fields, tenancy
from carepost.practice.errors import NotFound
from carepost.practice.models import ApiToken, Member

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

EVERYTHING = "*"
"""The scope that stands for every scope."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds a token that is good now: for which practice, to do what."""

    practice_id: UUID
    token_id: UUID
    scopes: tuple[str, ...]

    def may(self, scope: str) -> bool:
        """Whether the token has this scope."""
        return EVERYTHING in self.scopes or scope in self.scopes


def issue(
    practice_id: UUID,
    member_id: UUID,
    name: str,
    scopes: Iterable[str],
    actor: audit.Actor,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for a member; gives its row and the token, which can never be had again.

    Raises NotFound where the practice has no such member, Refused for a name that is empty.
    """
    token = f"cp_{secrets.token_urlsafe(32)}"
    with tenancy.acting_for(practice_id):
        if not Member.objects.filter(id=member_id, active=True).exists():
            raise NotFound("There is no such member.", "member_id")
        row = ApiToken.objects.create(
            practice_id=practice_id,
            member_id=member_id,
            name=fields.text(name, "name", most=80, required=True),
            digest=_digest(token),
            scopes=[fields.text(scope, "scopes", most=40, required=True) for scope in scopes],
            expires_at=None if expires_at is None else fields.instant(expires_at, "expires_at"),
        )
        audit.record(
            practice_id,
            actor,
            "token.issue",
            "token",
            row.id,
            scopes=row.scopes,
            member=str(member_id),
        )
    return row, token


def revoke(
    practice_id: UUID, token_id: UUID, actor: audit.Actor, now: datetime | None = None
) -> None:
    """End a token from now on. Revoking one twice changes nothing. Raises NotFound."""
    with tenancy.acting_for(practice_id):
        ended = ApiToken.objects.filter(id=token_id, revoked_at=None).update(
            revoked_at=now or clock.now()
        )
        if ended:
            audit.record(practice_id, actor, "token.revoke", "token", token_id)
        elif not ApiToken.objects.filter(id=token_id).exists():
            raise NotFound("There is no such token.", "token_id")


def recognise(token: str, now: datetime) -> Bearer | None:
    """Who holds this token; None where it is unknown, revoked or expired, or its member is not
    active. Needs no practice: it asks the door `door_token`, by the token's SHA-256.

    A digest without salt will do: a token is 256 random bits, which no list holds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM door_token(%s)", (_digest(token),))
        row = cursor.fetchone()
    if row is None:
        return None
    practice_id, token_id, scopes, expires_at = row
    if expires_at is not None and expires_at <= now:
        return None
    return Bearer(practice_id, token_id, tuple(scopes))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
