"""What must change in the outbox so that it holds what is wanted, and no more. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepost.messaging.outbound.wanted import standing_hold

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.wanted import Wanted

GATE_HOLDS = frozenset({"messaging_off", "no_consent"})
"""Holds that the gates set, and that the planner leaves alone while they still stand."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the outbox that has not left: planned or held."""

    id: UUID
    status: str
    hold: str
    kind: str
    what: str
    rule_id: UUID | None
    step: int
    channel: str
    point_id: UUID | None
    address: str
    line_id: UUID | None
    lane_id: UUID | None
    template_id: UUID | None
    due_at: datetime
    expires_at: datetime
    time_set: bool
    tries: int
    about: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Update:
    """A waiting message that becomes what is wanted."""

    id: UUID
    status: str
    hold: str
    due_at: datetime
    wanted: Wanted
    about_changed: bool


@dataclass(frozen=True, slots=True)
class Drop:
    id: UUID
    reason: str


@dataclass(slots=True)
class Differences:
    """What to write. Empty: the outbox is as it should be."""

    insert: list[Wanted] = field(default_factory=list)
    update: list[Update] = field(default_factory=list)
    drop: list[Drop] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.insert or self.update or self.drop)


def differences(person: Person, wants: list[Wanted], waiting: list[Waiting]) -> Differences:
    """Pair each want with the waiting message about the same visits by the same rule and step."""
    found = Differences()
    left = {w.id: w for w in sorted(waiting, key=lambda w: w.id)}
    for want in wants:
        pair = next((w for w in left.values() if _same_thing(want, w)), None)
        if pair is None:
            found.insert.append(want)
            continue
        del left[pair.id]
        update = _update(person, want, pair)
        if update:
            found.update.append(update)
    for orphan in left.values():
        found.drop.append(Drop(orphan.id, _reason(person, orphan)))
    return found


def _same_thing(want: Wanted, waiting: Waiting) -> bool:
    return (want.rule_id, want.step, want.kind) == (
        waiting.rule_id,
        waiting.step,
        waiting.kind,
    ) and not set(want.about).isdisjoint(waiting.about)


def _update(person: Person, want: Wanted, old: Waiting) -> Update | None:
    hold = want.hold
    if not hold and old.status == "held" and old.hold in GATE_HOLDS:
        standing = standing_hold(person, want.kind, want.channel, want.address)
        hold = standing
    elif not hold and old.status == "planned" and old.hold and old.due_at > want.due_at:
        hold = old.hold  # it waits for a retry, or for hours to begin: the gates said until when
    waits = not want.hold and old.status == "planned" and bool(hold)
    due = old.due_at if old.time_set or waits else want.due_at
    status = "planned" if waits or not hold else "held"
    same = (
        (status, hold, due) == (old.status, old.hold, old.due_at)
        and want.what == old.what
        and want.channel == old.channel
        and want.point_id == old.point_id
        and want.address == old.address
        and want.line_id == old.line_id
        and want.lane_id == old.lane_id
        and want.template_id == old.template_id
        and want.expires_at == old.expires_at
        and want.about == old.about
    )
    if same:
        return None
    return Update(old.id, status, hold, due, want, want.about != old.about)


def _reason(person: Person, orphan: Waiting) -> str:
    """Why nothing asks for a message any more."""
    if orphan.rule_id not in {rule.id for rule in person.rules}:
        return "rule_off"
    visits = {visit.id: visit for visit in person.visits}
    spoken_of = [(visits[v], sequence) for v, sequence in orphan.about if v in visits]
    if not spoken_of:
        return "visit_past"
    if all(not visit.active and visit.sequence != sequence for visit, sequence in spoken_of):
        return "visit_cancelled"
    if all(visit.sequence != sequence for visit, sequence in spoken_of):
        return "visit_moved"
    if all(visit.status == "confirmed" for visit, _ in spoken_of):
        return "confirmed"
    return "not_wanted"
