"""What must change in the outbox so that it holds what is wanted, and no more. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepost.messaging.hours import is_quiet, opens_after
from carepost.messaging.kinds.appointment_reminder import unfit
from carepost.messaging.outbound.wanted import standing_hold

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.wanted import Wanted

GATE_HOLDS = frozenset({"messaging_off", "no_consent"})
"""Holds that the gates set, and that the planner leaves alone while they still stand."""

BY_HAND = 100
"""From this step on a member asked for the message (`outbox/another_way.py`), and no rule does."""

LEFT_BY_HAND = frozenset({"not_wanted", "confirmed", "visit_past"})
"""What is no reason to drop such a one: a member wanted it all the same."""

HOURS_HOLDS = frozenset({"waits_for_hours", "outside_hours"})


@dataclass(slots=True, unsafe_hash=True)  # not frozen: see facts.py
class Waiting:
    """A message of the outbox that has not left: planned or held.

    `asked_at` is when the gates last answered for it; None: not yet.
    """

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
    asked_at: datetime | None
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
    ordered = sorted(waiting, key=lambda w: w.id.int)
    left: dict[tuple[UUID | None, int, str], list[Waiting]] = {}
    for each in ordered:
        left.setdefault((each.rule_id, each.step, each.kind), []).append(each)
    paired: set[UUID] = set()
    for want in wants:
        alike = left.get((want.rule_id, want.step, want.kind), [])
        pair = next((w for w in alike if _same_thing(want, w)), None)
        if pair is None:
            found.insert.append(want)
            continue
        alike.remove(pair)
        paired.add(pair.id)
        update = _update(person, want, pair)
        if update:
            found.update.append(update)
    for orphan in ordered:
        if orphan.id in paired:
            continue
        reason = why_unwanted(person, orphan)
        if orphan.step < BY_HAND or reason not in LEFT_BY_HAND:
            found.drop.append(Drop(orphan.id, reason))
    return found


def _same_thing(want: Wanted, waiting: Waiting) -> bool:
    """Of two by the same rule, step and kind: whether they are about the same visits."""
    return want.about == waiting.about or not set(want.about).isdisjoint(waiting.about)


def _update(person: Person, want: Wanted, old: Waiting) -> Update | None:
    hold = want.hold
    stands = not hold and _still_says(person, want, old)
    if stands:
        hold = old.hold
    elif not hold and old.status == "held" and old.hold in GATE_HOLDS:
        hold = standing_hold(person, want.kind, want.channel, want.address)
    status = "held" if hold and not (stands and old.status == "planned") else "planned"
    due = want.due_at
    if old.time_set:
        due = old.due_at
    elif stands:
        due = max(old.due_at, want.due_at)
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


def _still_says(person: Person, want: Wanted, old: Waiting) -> bool:
    """Whether what the gates or a carrier last said of a message is as true by the facts of now.

    Only then is it left to wait: hours that were changed since must not keep it waiting.
    """
    if old.status == "held" and old.hold in GATE_HOLDS:
        return standing_hold(person, want.kind, want.channel, want.address) == old.hold
    if old.hold == "retrying":
        return old.status == "planned" and old.due_at > want.due_at
    quiet, at = person.practice.quiet, old.asked_at
    if old.hold not in HOURS_HOLDS or quiet is None or at is None:
        return False
    if not is_quiet(at, quiet, person.zone):
        return False
    opening = opens_after(at, quiet, person.zone)
    if old.hold == "outside_hours":
        return old.status == "held" and opening >= want.expires_at
    # Wanted later than that anyway, it waits for its time and no longer for hours.
    return old.status == "planned" and want.due_at <= opening == old.due_at < want.expires_at


def why_unwanted(person: Person, orphan: Waiting) -> str:
    """The drop code of a message that nothing asks for any more."""
    rule = next((rule for rule in person.rules if rule.id == orphan.rule_id), None)
    if rule is None:
        return "rule_off"
    visits = {visit.id: visit for visit in person.visits}
    spoken_of = [(visits[v], sequence) for v, sequence in orphan.about if v in visits]
    if not spoken_of:
        return "visit_past"
    if all(not visit.active and visit.sequence != sequence for visit, sequence in spoken_of):
        return "visit_cancelled"
    if all(visit.sequence != sequence for visit, sequence in spoken_of):
        return "visit_moved"
    if all(unfit(rule, visit.status) == "confirmed" for visit, _ in spoken_of):
        return "confirmed"
    return "not_wanted"
