"""A message that a proposal would add, take away or change, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.kinds.appointment_reminder import NAME as REMINDER
from carepost.messaging.kinds.appointment_reminder import moment_of
from carepost.messaging.rehearsal.sentences import HELD, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import Person
    from carepost.messaging.rehearsal.amendment import Amendment
    from carepost.messaging.rehearsal.fate import Fate
    from carepost.messaging.rehearsal.outbox import Planned


class Side(NamedTuple):
    """A message on one side, with or without the proposal. `source`: its unfilled words."""

    planned: Planned
    fate: Fate
    source: tuple[str, str, str]  # language, subject, body

    @property
    def goes(self) -> bool:
        return not self.fate.code


@dataclass(frozen=True, slots=True)
class Going:
    """One side as it is shown. `code` empty: it goes `at`; else why not, and when it would have."""

    at: datetime
    channel: str
    code: str

    @property
    def sentence(self) -> str:
        """Why it does not go; empty where it does."""
        return HELD.get(self.code, self.code)


@dataclass(frozen=True, slots=True)
class Affected:
    """One message that the proposal touches.

    `change`: gains, loses, held, released, channel, moves, words. `why` is a code. `rule_id` None
    for a rule that is not there yet. `before` and `after` are without and with the proposal; `at`
    and `channel` are of the latter, if there is one.
    """

    change: str
    why: str
    at: datetime
    channel: str
    client_id: UUID
    visit_ids: tuple[UUID, ...]
    starts_at: datetime | None
    kind: str
    what: str
    rule_id: UUID | None
    before: Going | None
    after: Going | None

    @property
    def sentence(self) -> str:
        """Why, as a receptionist would say it."""
        return sentence(self.change, self.why)

    @property
    def key(self) -> tuple[str, ...]:
        """Its place in the list: in due order, the same at every asking."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return (
            at, str(self.client_id), self.kind, self.channel, self.change,
            str(self.rule_id or ""), *map(str, self.visit_ids),
        )  # fmt: skip


def paired(
    before: list[Planned], after: list[Planned]
) -> Iterator[tuple[Planned | None, Planned | None]]:
    """Each message on both sides: the same rule's, about the same visits."""
    same = {id(row) for row in after}
    left = [row for row in before if id(row) not in same]
    unpaired = {id(row) for row in before}
    for row in after:
        if id(row) in unpaired:
            yield row, row
            continue
        pair = next((old for old in left if _same(old, row)), None)
        if pair is not None:
            left.remove(pair)
        yield pair, row
    for row in left:
        yield row, None


def _same(one: Planned, other: Planned) -> bool:
    if one.about != other.about and not any(a[0] == b[0] for a in one.about for b in other.about):
        return False
    return (one.rule_id, one.step, one.kind) == (other.rule_id, other.step, other.kind)


def affected(
    person: Person, amendment: Amendment, change: str, before: Side | None, after: Side | None
) -> Affected:
    """What the proposal does to one message of a person, as they are; `change` by `change_of`."""
    last = after or before
    if last is None:
        raise ValueError("a message is on one side at least")
    planned = last.planned
    ids = tuple(visit for visit, _ in planned.about)
    is_its_rule = planned.rule_id is not None and planned.rule_id == amendment.rule_id
    return Affected(
        change=change,
        why=_why(amendment, change, before, after) or _why_so(person, amendment, change, planned),
        at=last.fate.at,
        channel=planned.channel,
        client_id=person.client.id,
        visit_ids=ids,
        starts_at=min((v.starts_at for v in person.visits if v.id in ids), default=None),
        kind=planned.kind,
        what=planned.what,
        rule_id=None if is_its_rule and amendment.is_new else planned.rule_id,
        before=_going(before),
        after=_going(after),
    )


def _going(side: Side | None) -> Going | None:
    return Going(side.fate.at, side.planned.channel, side.fate.code) if side else None


def change_of(before: Side | None, after: Side | None) -> str:
    """What happens to a message that may be on both sides; empty: nothing."""
    if before is None or after is None:
        return "gains" if after else "loses"
    if before.fate.code != after.fate.code:
        return "held" if after.fate.code else "released"
    if before.planned.channel != after.planned.channel:
        return "channel"
    if before.fate.at != after.fate.at:
        return "moves"
    if (before.source, before.planned.what, before.planned.about) != (
        after.source,
        after.planned.what,
        after.planned.about,
    ):
        return "words"
    return ""


def _why(amendment: Amendment, change: str, before: Side | None, after: Side | None) -> str:
    """Of a message that is on both sides and does not move."""
    if change == "held" and after:
        return after.fate.code
    if change == "released" and before:
        return before.fate.code
    if change in ("channel", "words"):
        return "new_language" if "language" in amendment.settings else "new_words"
    return ""


def _why_so(person: Person, amendment: Amendment, change: str, planned: Planned) -> str:
    """Of one that comes, goes, or moves."""
    if planned.rule_id == amendment.rule_id:
        return _why_of_its_rule(person, amendment, change, planned)
    if amendment.settings:
        return "hours" if change == "moves" else "gives_way"
    return {"gains": "gives_way_no_more", "loses": "gives_way", "moves": "other_rule"}[change]


def _why_of_its_rule(person: Person, amendment: Amendment, change: str, planned: Planned) -> str:
    rule = amendment.rule
    if change == "gains":
        return "new_rule" if amendment.is_new else "changed_rule"
    if change == "moves":
        return "rule_time"
    if rule is None:
        return "rule_off"
    ids = {visit for visit, _ in planned.about}
    visits = [visit for visit in person.visits if visit.id in ids]
    if not any(rule.speaks_of(visit) for visit in visits):
        return "not_for_visit"
    if rule.kind == REMINDER and all(moment_of(rule, visit) < rule.since for visit in visits):
        return "time_passed"
    return "gives_way"
