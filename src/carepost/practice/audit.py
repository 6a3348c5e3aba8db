"""Writing the audit trail. `Actor` says who; entries hold ids, field names and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carepost.practice.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member (by a page), a token (by the API), the system, or nobody known."""

    kind: str
    id: UUID | None = None


SYSTEM = Actor("system")
NOBODY = Actor("nobody")


def record(
    practice_id: UUID,
    actor: Actor,
    action: str,
    subject_kind: str = "",
    subject_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Write one entry, in the caller's transaction: no act without its entry, none without the act.

    `detail` takes ids, field names and codes, never content. `Any`: whatever JSON can hold.
    """
    AuditEntry.objects.create(
        practice_id=practice_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=detail,
    )


def record_all(
    practice_id: UUID, actor: Actor, action: str, subject_kind: str, ids: Iterable[UUID]
) -> None:
    """The same act on many subjects, in one statement."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            practice_id=practice_id,
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            subject_kind=subject_kind,
            subject_id=i,
        )
        for i in ids
    )
