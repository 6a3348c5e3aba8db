"""The outbox as it would be once the planner had planned for a person. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.outbound.plan import decide
from carepost.messaging.outbound.reconcile import GATE_HOLDS
from carepost.messaging.outbound.wanted import wanted

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.plan_facts import Case
    from carepost.messaging.outbound.reconcile import Waiting
    from carepost.messaging.outbound.wanted import Wanted
    from carepost.messaging.rehearsal.amendment import Amendment


class Planned(NamedTuple):
    """A waiting message, as the planner would leave it. `line_id` is none of what people see."""

    kind: str
    what: str
    rule_id: UUID | None
    step: int
    channel: str
    point_id: UUID | None
    address: str
    line_id: UUID | None
    template_id: UUID | None
    status: str
    hold: str
    due_at: datetime
    expires_at: datetime
    about: tuple[tuple[UUID, int], ...]


def both(
    case: Case, changed: Person, amendment: Amendment, now: datetime, *, settled: bool = False
) -> tuple[list[Planned], list[Planned]]:
    """One person's outbox after planning, without the proposal and with it; `changed` is that
    person by the facts of the proposal.

    `settled`: nothing has changed since they were planned for, so that planning them again would
    change nothing (the planner is a fixed point). What stays the same is one object on both sides.
    """
    person, waiting = case
    kept = {old.id: _of_waiting(old) for old in waiting}
    untouched = list(kept.values())
    if not amendment.plans_anew:
        if settled and not any(old.hold in GATE_HOLDS for old in waiting):
            return untouched, untouched
        wants = wanted(person)
        without = untouched if settled else _planned(person, wants, waiting, kept, now)
        return without, _planned(changed, wants, waiting, kept, now)
    without = untouched if settled else _planned(person, wanted(person), waiting, kept, now)
    return without, _planned(changed, wanted(changed), waiting, kept, now)


def _planned(
    person: Person,
    wants: list[Wanted],
    waiting: list[Waiting],
    kept: dict[UUID, Planned],
    now: datetime,
) -> list[Planned]:
    """What would wait for a person after planning, in no order."""
    found = decide(person, wants, waiting, now)
    rows = dict(kept)
    for drop in found.drop:
        del rows[drop.id]
    for new in found.update:
        rows[new.id] = _of_wanted(new.wanted, new.status, new.hold, new.due_at)
    inserted = [
        _of_wanted(w, "held" if w.hold else "planned", w.hold, w.due_at) for w in found.insert
    ]
    return [*rows.values(), *inserted]


def _of_wanted(want: Wanted, status: str, hold: str, due_at: datetime) -> Planned:
    return Planned(
        want.kind, want.what, want.rule_id, want.step, want.channel, want.point_id, want.address,
        want.line_id, want.template_id, status, hold, due_at, want.expires_at, want.about,
    )  # fmt: skip


def _of_waiting(old: Waiting) -> Planned:
    return Planned(
        old.kind, old.what, old.rule_id, old.step, old.channel, old.point_id, old.address,
        old.line_id, old.template_id, old.status, old.hold, old.due_at, old.expires_at, old.about,
    )  # fmt: skip
