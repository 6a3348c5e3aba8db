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

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from carepost.messaging.facts import ACTIVE, Told
from carepost.messaging.hours import as_instant, into_hours, zone_of
from carepost.messaging.kinds.kind import Kind, RuleNow, VisitNow, Wish
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
    sign = -1 if rule.when == "before" else 1
    if rule.at_time is None and rule.days == 0:
        return visit.starts_at + sign * timedelta(seconds=rule.seconds)
    # The agreed wall time, shifted by whole days, then made an instant: DST keeps it at that hour.
    wall = datetime.combine(visit.local_date, rule.at_time or visit.local_time)
    wall += sign * timedelta(days=rule.days)
    return as_instant(wall, zone_of(visit.zone)) + sign * timedelta(seconds=rule.seconds)


def wishes(person: Person, channel_of: Callable[[str], str]) -> Iterable[Wish]:
    made: list[Wish] = []
    for rule in person.rules:
        if rule.kind == NAME:
            channel = channel_of(rule.channel)
            for members in _groups(person, rule):
                made += _wishes_of(person, rule, channel, members)
    return [w for w in _one_at_a_time(made) if w.what != "told"]


def _groups(person: Person, rule: RuleFacts) -> Iterable[list[tuple[datetime, Visit]]]:
    """The visits that a rule speaks of, with their moments; those that share a message together."""
    groups: dict[object, list[tuple[datetime, Visit]]] = {}
    for visit in person.visits:
        if not _wanted(rule, visit):
            continue
        moment = moment_of(rule, visit)
        if moment < visit.scheduled_at or moment < rule.since:
            continue
        if rule.when == "before" and moment >= visit.starts_at:
            continue  # a time of day that lies after the visit
        groups.setdefault(_day(rule, visit, moment), []).append((moment, visit))
    return groups.values()


def _wishes_of(
    person: Person, rule: RuleFacts, channel: str, members: list[tuple[datetime, Visit]]
) -> Iterable[Wish]:
    told = person.told
    if not told:
        return [_wish(person, rule, channel, members)]
    # A visit already spoken of keeps its place in the order of steps, but wishes nothing.
    fresh: list[tuple[datetime, Visit]] = []
    spoken: list[tuple[datetime, Visit]] = []
    for member in members:
        (spoken if _told(told, rule.id, member[1]) else fresh).append(member)
    made = [_wish(person, rule, channel, fresh)] if fresh else []
    if spoken:
        made.append(_wish(person, rule, channel, spoken)._replace(what="told"))
    return made


def _wanted(rule: RuleFacts, visit: Visit) -> bool:
    return rule.speaks_of(visit) and not unfit(rule, visit.status)


def unfit(rule: RuleFacts | RuleNow, status: str) -> str:
    """The drop code where a rule must not speak of a visit of this status; empty where it may.

    The planner asks this, and so do the gates.
    """
    if status == "done":
        return "" if rule.when == "after" else "visit_past"
    if status not in ACTIVE:
        return "visit_cancelled"
    # After a visit nobody is asked whether they come, so nothing is left out for having said so.
    if rule.when == "before" and rule.skip_if_confirmed and status == "confirmed":
        return "confirmed"
    return ""


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
    about: tuple[tuple[UUID, int], ...]
    if len(members) == 1:
        moment, visit = members[0]
        first, booked, about = visit.starts_at, visit.scheduled_at, ((visit.id, visit.sequence),)
    else:
        members = sorted(members, key=lambda m: (m[1].starts_at, m[1].id))
        moment = min(m for m, _ in members)
        first = members[0][1].starts_at
        booked = max(v.scheduled_at for _, v in members)
        about = tuple((v.id, v.sequence) for _, v in members)
    expires = first if rule.when == "before" else moment + AFTER_IS_GOOD_FOR
    due = into_hours(
        moment,
        person.practice.quiet,
        person.zone,
        not_before=max(rule.since, booked),
        not_after=expires,
        earlier=rule.when == "before",
    )
    return Wish(
        kind=NAME,
        what="",
        rule_id=rule.id,
        step=1,
        channel=channel,
        moment=moment if moment.tzinfo is UTC else moment.astimezone(UTC),
        due=due,
        expires=expires,
        about=about,
    )


def _one_at_a_time(made: list[Wish]) -> Iterable[Wish]:
    """Drop what would go together with a later step; end each when the next one is due."""
    ordered = sorted(made, key=lambda w: (w.moment, w.rule_id))
    for i, wish in enumerate(ordered):
        after = [
            later.due
            for later in ordered[i + 1 :]
            if later.moment <= wish.expires
            and later.channel == wish.channel
            and later.due is not None
            and _share_a_visit(later, wish)
        ]
        if not after:
            yield wish
        elif not wish.due or all(due - wish.due >= TOGETHER for due in after):
            yield wish._replace(expires=min([wish.expires, *after]))


def _share_a_visit(one: Wish, other: Wish) -> bool:
    return any(a == b for a, _ in one.about for b, _ in other.about)


def still_true(what: str, visit: VisitNow, rule: RuleNow, now: datetime) -> str:
    """The drop code of what no longer holds for one visit; empty while it does."""
    why = unfit(rule, visit.status)
    if visit.sequence != visit.told_sequence and why != "visit_cancelled":
        return "visit_moved"
    return why


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
