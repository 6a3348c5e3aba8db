"""What precedes a practice: which ones a user belongs to, asked by a door; and what the user does
there, written into the audit trail of each (RULES E3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from carepost.practice import audit, tenancy
from carepost.practice.models import MfaRequired, Role

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Membership:
    """A user at one practice, and what that practice asks of a sign-in (RULES E1)."""

    practice_id: UUID
    practice_name: str
    member_id: UUID
    member_name: str
    role: str
    active: bool
    mfa_required: str
    idle_minutes: int

    @property
    def needs_second_factor(self) -> bool:
        """Whether this member must have a passkey or a second factor to come in."""
        if self.mfa_required == MfaRequired.OWNERS:
            return self.role == Role.OWNER
        return self.mfa_required == MfaRequired.ALL


def memberships(user_id: UUID) -> list[Membership]:
    """All memberships of a user, by the practice's name; those that ended are not `active`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM door_memberships(%s)", (user_id,))
        return [Membership(*row) for row in cursor.fetchall()]


def record(user_id: UUID, action: str, *, by: audit.Actor | None = None, **detail: Any) -> None:
    """One audit entry in each practice of the user, in one transaction.

    `by`: who did it, by default the member that the user is there. `detail` (`Any`: whatever JSON
    can hold) takes codes and addresses of machines, never content.
    """
    with transaction.atomic():
        for held in memberships(user_id):
            with tenancy.acting_for(held.practice_id):
                actor = by or audit.Actor("member", held.member_id)
                audit.record(held.practice_id, actor, action, "member", held.member_id, **detail)
