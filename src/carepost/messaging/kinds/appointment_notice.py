"""Notices that a visit was booked, moved or cancelled.

1. Of a visit's changes, those at the end that nobody was told of make one notice, a grace after the
   last: corrections within it send nothing.
2. What it says is the difference between what the person knew before them and what is true now:
   booked, moved, cancelled, or nothing.
3. Visits in the past tell nobody, and neither does a change made with "don't tell".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.messaging.facts import ACTIVE, Told
from carepost.messaging.hours import into_hours
from carepost.messaging.kinds.kind import Kind, RuleNow, VisitNow, Wish
from carepost.messaging.wording import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from carepost.messaging.facts import Change, Person, RuleFacts, Visit

NAME = "appointment_notice"
GRACE_SECONDS = 180


def wishes(person: Person, channel_of: Callable[[str], str]) -> Iterable[Wish]:
    for rule in person.rules:
        if rule.kind != NAME:
            continue
        for visit in person.visits:
            if rule.speaks_of(visit):
                wish = _wish(person, rule, visit, channel_of(rule.channel))
                if wish:
                    yield wish


def _wish(person: Person, rule: RuleFacts, visit: Visit, channel: str) -> Wish | None:
    before, last = _untold(person, rule, visit)
    if last is None:
        return None
    what = difference(before, last)
    due = last.at + timedelta(seconds=rule.seconds)
    expires = max(last.starts_at, before.starts_at) if before else last.starts_at
    if not what or due >= expires:
        return None
    return Wish(
        kind=NAME,
        what=what,
        rule_id=rule.id,
        step=1,
        channel=channel,
        moment=due,
        due=into_hours(
            due,
            person.practice.quiet,
            person.zone,
            not_before=due,
            not_after=expires,
            earlier=False,
        ),
        expires=expires,
        about=((visit.id, last.sequence),),
        was=(str(before.local_date), before.local_time.isoformat(), before.zone)
        if before and what == "moved"
        else None,
    )


def _untold(person: Person, rule: RuleFacts, visit: Visit) -> tuple[Change | None, Change | None]:
    """The last change the person knows of, and the newest one they are to be told of."""
    changes = visit.changes
    start = len(changes)
    while start and _is_untold(person, rule, visit, changes[start - 1]):
        start -= 1
    if start == len(changes) or changes[-1].sequence != visit.sequence:
        return None, None
    return (changes[start - 1] if start else None), changes[-1]


def _is_untold(person: Person, rule: RuleFacts, visit: Visit, change: Change) -> bool:
    return (
        change.tell
        and change.at >= rule.since
        and Told(rule.id, 1, visit.id, change.sequence) not in person.told
    )


def difference(before: Change | None, after: Change) -> str:
    """What changed for a person who knew `before` (None: knew of no visit)."""
    if before is None or not before.active:
        return "booked" if after.active else ""
    if not after.active:
        return "cancelled"
    same = (before.starts_at, before.place_id) == (after.starts_at, after.place_id)
    return "" if same else "moved"


def still_true(what: str, visit: VisitNow, rule: RuleNow, now: datetime) -> str:
    """The drop code of what no longer holds for one visit; empty while it does."""
    if visit.sequence != visit.told_sequence:
        return "visit_moved"
    if visit.starts_at <= now and what != "cancelled":
        return "visit_past"
    if (visit.status in ACTIVE) == (what == "cancelled"):
        return "visit_cancelled"
    return ""


KIND = Kind(
    name=NAME,
    urgency=0,
    needs_consent=True,
    fields=fields.NOTICE,
    whats=("booked", "moved", "cancelled"),
    when=frozenset({"change"}),
    wishes=wishes,
    still_true=still_true,
)
