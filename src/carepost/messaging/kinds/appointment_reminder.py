"""Reminders of visits, before them or after.

1. Each rule gives each of a person's visits a moment. Moments that lay before the visit had its
   time, or before the rule was there, are past: a late booking gets the next step. One "before" a
   visit that lies after it (a time of day) is none.
2. Visits of one local day share a message per rule and channel, due with the first, unless the
   lead is under four hours.
3. Each message is moved into the person's hours.
4. Two steps of one channel never go together: the one nearer the visit stands. A step that is held
   expires when the next is due.
5. What has been told is not told again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from carepost.messaging.facts import ACTIVE, Told
from carepost.messaging.hours import at_local, into_hours, zone_of
from carepost.messaging.kinds.kind import Kind, VisitNow, Wish
from carepost.messaging.wording import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from carepost.messaging.facts import Person, RuleFacts, Visit

NAME = "appointment_reminder"
MERGE_FROM_LEAD = timedelta(hours=4)
TOGETHER = timedelta(hours=1)
AFTER_IS_GOOD_FOR = timedelta(days=2)


def moment_of(rule: RuleFacts, visit: Visit) -> datetime:
    """When a rule wants a message about a visit, hours not yet considered.

    Days are of the calendar where the visit is, seconds of the clock (ISO 8601's nominal days).
    """
    zone = zone_of(visit.zone)
    sign = -1 if rule.when == "before" else 1
    # The agreed wall time, shifted by whole days, then made an instant: DST keeps it at that hour.
    wall = datetime.combine(visit.local_date, rule.at_time or visit.local_time)
    wall += sign * timedelta(days=rule.days)
    at = at_local(wall, wall.time(), zone)
    if rule.at_time is None and rule.days == 0:
        at = visit.starts_at
    return at + sign * timedelta(seconds=rule.seconds)


def wishes(person: Person, channel_of: Callable[[str], str]) -> Iterable[Wish]:
    groups: dict[tuple[UUID, str, object], list[tuple[datetime, Visit]]] = defaultdict(list)
    rules = {rule.id: rule for rule in person.rules if rule.kind == NAME}
    for rule in rules.values():
        for visit in person.visits:
            if not _wanted(rule, visit):
                continue
            moment = moment_of(rule, visit)
            if moment < max(visit.scheduled_at, rule.since):
                continue
            if rule.when == "before" and moment >= visit.starts_at:
                continue  # a time of day that lies after the visit
            groups[rule.id, channel_of(rule.channel), _day(rule, visit, moment)].append(
                (moment, visit)
            )
    told = person.told
    made: list[Wish] = []
    for (rule_id, channel, _), members in groups.items():
        # A visit already spoken of keeps its place in the order of steps, but wishes nothing.
        fresh = [m for m in members if not _told(told, rule_id, m[1])]
        for part, is_told in ((fresh, False), ([m for m in members if m not in fresh], True)):
            if part:
                wish = _wish(person, rules[rule_id], channel, part)
                made.append(replace(wish, what="told") if is_told else wish)
    yield from (w for w in _one_at_a_time(made) if w.what != "told")


def _wanted(rule: RuleFacts, visit: Visit) -> bool:
    if not rule.speaks_of(visit):
        return False
    if rule.when == "after":
        return visit.status in ACTIVE or visit.status == "done"
    return visit.active and not (rule.skip_if_confirmed and visit.status == "confirmed")


def _day(rule: RuleFacts, visit: Visit, moment: datetime) -> date | UUID:
    """Visits with the same answer share a message."""
    if rule.when == "before" and visit.starts_at - moment >= MERGE_FROM_LEAD:
        return visit.local_date
    return visit.id


def _told(told: frozenset[Told], rule_id: UUID, visit: Visit) -> bool:
    return Told(rule_id, 1, visit.id, visit.sequence) in told


def _wish(
    person: Person, rule: RuleFacts, channel: str, members: list[tuple[datetime, Visit]]
) -> Wish:
    ordered = sorted(members, key=lambda m: (m[1].starts_at, m[1].id))
    moment = min(m for m, _ in members)
    first = min(v.starts_at for _, v in members)
    expires = first if rule.when == "before" else moment + AFTER_IS_GOOD_FOR
    due = into_hours(
        moment,
        person.practice.quiet,
        person.zone,
        not_before=max(rule.since, *(v.scheduled_at for _, v in members)),
        not_after=expires,
        earlier=rule.when == "before",
    )
    return Wish(
        kind=NAME,
        what="",
        rule_id=rule.id,
        step=1,
        channel=channel,
        moment=moment.astimezone(UTC),
        due=due,
        expires=expires,
        about=tuple((v.id, v.sequence) for _, v in ordered),
    )


def _one_at_a_time(made: list[Wish]) -> Iterable[Wish]:
    """Drop what would go together with a later step; end each when the next one is due."""
    ordered = sorted(made, key=lambda w: (w.moment, w.rule_id))
    for i, wish in enumerate(ordered):
        after = [
            later
            for later in ordered[i + 1 :]
            if later.channel == wish.channel
            and later.due is not None
            and {v for v, _ in later.about} & {v for v, _ in wish.about}
            and later.moment <= wish.expires
        ]
        if wish.due and any(later.due - wish.due < TOGETHER for later in after if later.due):
            continue
        ends = min([wish.expires, *(later.due for later in after if later.due)])
        yield replace(wish, expires=ends)


def still_true(what: str, visit: VisitNow, skip_if_confirmed: bool, now: datetime) -> str:
    """The drop code of what no longer holds for one visit; empty while it does."""
    if visit.status not in ACTIVE and visit.status != "done":
        return "visit_cancelled"
    if visit.sequence != visit.told_sequence:
        return "visit_moved"
    if skip_if_confirmed and visit.status == "confirmed":
        return "confirmed"
    return ""


KIND = Kind(
    name=NAME,
    urgency=0,
    needs_consent=True,
    fields=fields.VISIT,
    whats=("",),
    when=frozenset({"before", "after"}),
    wishes=wishes,
    still_true=still_true,
)
