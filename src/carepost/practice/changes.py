"""How a fact tells the planner that it changed: a row, in the same transaction. No signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepost.practice.models import Replan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def touch_clients(practice_id: UUID, client_ids: Iterable[UUID]) -> None:
    """Something about these clients or their visits changed: plan for them again."""
    Replan.objects.bulk_create(
        Replan(practice_id=practice_id, subject_kind="client", subject_id=c) for c in client_ids
    )


def touch_practice(practice_id: UUID) -> None:
    """A rule, a template or a setting changed: plan for everyone with a visit ahead again."""
    Replan.objects.create(practice_id=practice_id, subject_kind="practice", subject_id=practice_id)
