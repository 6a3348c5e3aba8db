"""What should be said, by the rules as the practice reads them. Brute force; imports no product.

Dates are reckoned anew from offsets alone, so that an error in the product's reckoning cannot be
an error here as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tests.simulation.truth import Client, Rule, State, Visit

Key = tuple[UUID, UUID, int]  # rule, visit, sequence: what a person is told of at most once
REMINDER, NOTICE = "appointment_reminder", "appointment_notice"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One message that should exist. No `due`: no moment within the person's hours."""

    kind: str
    what: str
    rule: UUID
    channel: str
    about: tuple[tuple[UUID, int], ...]
    moment: datetime
    due: datetime | None
    expires: datetime

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset((self.rule, visit, sequence) for visit, sequence in self.about)


@lru_cache(maxsize=200_000)
def wall(at: datetime, zone: str) -> datetime:
    """What a clock on the wall shows at an instant."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return (at.astimezone(UTC) + offset).replace(tzinfo=None)


@lru_cache(maxsize=200_000)
def instant(shown: datetime, zone: str) -> datetime:
    """The first instant when the wall shows this; in a gap, as if the old offset still held."""
    about = shown.replace(tzinfo=UTC)
    before, after = (wall(about + d, zone) - (about + d).replace(tzinfo=None)
                     for d in (timedelta(hours=-30), timedelta(hours=30)))  # fmt: skip
    fits = [about - o for o in (before, after) if wall(about - o, zone) == shown]
    return min(fits) if fits else about - before


def quiets(state: State, zone: str, around: datetime) -> list[tuple[datetime, datetime]]:
    """The quiet spans of the days around an instant, as instants."""
    if state.quiet is None:
        return []
    begin, end = state.quiet
    today = wall(around, zone).date()
    spans = []
    for days in range(-2, 3):
        day = today + timedelta(days=days)
        until = day if begin < end else day + timedelta(days=1)
        spans.append(
            (
                instant(datetime.combine(day, begin), zone),
                instant(datetime.combine(until, end), zone),
            )
        )
    return spans


def zone_of(state: State, client: Client) -> str:
    return client.zone or state.zone


def is_quiet(state: State, client: Client, at: datetime) -> bool:
    """Whether this person may not be written to at this instant."""
    return any(b <= at < e for b, e in quiets(state, zone_of(state, client), at))


def moved_into_hours(
    state: State, client: Client, at: datetime, floor: datetime, ceiling: datetime, earlier: bool
) -> datetime | None:
    """RULES C2: into the evening before (a quarter of an hour ahead), else the next morning."""
    spans = quiets(state, zone_of(state, client), at)
    span = next(((b, e) for b, e in spans if b <= at < e), None)
    if span is None:
        return at
    evening = span[0] - HOUR / 4
    if earlier and evening >= floor and not any(b <= evening < e for b, e in spans):
        return evening
    return span[1] if span[1] < ceiling else None


def channel_of(client: Client, rule: Rule) -> str:
    if rule.channel or client.assigned:
        return rule.channel or client.assigned
    systems = {p.system for p in client.points}
    return "email" if systems == {"email"} else "sms"


def address(client: Client, channel: str) -> tuple[str, bool]:
    """Where a channel goes, and whether that is known to be wrong; empty for nowhere."""
    fitting = [p for p in client.points if p.system == {"sms": "phone"}.get(channel, channel)]
    best = min(fitting, key=lambda p: (p.invalid, p.made), default=None)
    return (best.value, best.invalid) if best else ("", False)


def steps(state: State, client: Client, told: frozenset[Key]) -> list[Step]:
    """All that should still be said to a person, sooner or later."""
    visits = [v for v in state.visits.values() if v.client == client.id]
    rules = [r for r in state.rules.values() if r.active]
    return [
        *_reminders(state, client, visits, [r for r in rules if r.kind == REMINDER], told),
        *_notices(state, client, visits, [r for r in rules if r.kind == NOTICE], told),
    ]


def moment(rule: Rule, visit: Visit) -> datetime:
    sign = -1 if rule.when == "before" else 1
    if rule.at_time:
        day = visit.wall.date() + sign * timedelta(days=rule.days)
        return instant(datetime.combine(day, rule.at_time), visit.zone)
    at = visit.starts_at
    if rule.days:
        at = instant(visit.wall + sign * timedelta(days=rule.days), visit.zone)
    return at + sign * timedelta(seconds=rule.seconds)


def _reminders(
    state: State, client: Client, visits: list[Visit], rules: list[Rule], told: frozenset[Key]
) -> list[Step]:
    groups: defaultdict[tuple[object, ...], list[tuple[datetime, Visit]]] = defaultdict(list)
    for rule in rules:
        for visit in visits:
            if rule.types and visit.type not in rule.types:
                continue
            if not visit.active or (
                rule.when == "before" and rule.skip_if_confirmed and visit.status == "confirmed"
            ):
                continue
            at = moment(rule, visit)
            if at < visit.scheduled_at or at < rule.since:
                continue
            if rule.when == "before" and at >= visit.starts_at:
                continue
            together = rule.when == "before" and visit.starts_at - at >= 4 * HOUR
            is_told = (rule.id, visit.id, visit.sequence) in told
            groups[rule.id, visit.wall.date() if together else visit.id, is_told].append(
                (at, visit)
            )
    made = []
    for (rule_id, _, is_told), members in groups.items():
        rule = state.rules[rule_id]  # type: ignore[index]
        at = min(m for m, _ in members)
        first = min(v.starts_at for _, v in members)
        ends = first if rule.when == "before" else at + timedelta(days=2)
        floor = max(rule.since, *(v.scheduled_at for _, v in members))
        due = moved_into_hours(state, client, at, floor, ends, rule.when == "before")
        about = tuple(sorted((v.id, v.sequence) for _, v in members))
        made.append(
            (is_told, Step(REMINDER, "", rule.id, channel_of(client, rule), about, at, due, ends))
        )
    return _never_together(sorted(made, key=lambda m: (m[1].moment, m[1].rule)))


def _never_together(made: list[tuple[bool, Step]]) -> list[Step]:
    kept = []
    for i, (is_told, step) in enumerate(made):
        ids = {v for v, _ in step.about}
        later = [
            s.due
            for _, s in made[i + 1 :]
            if s.due and s.channel == step.channel and s.moment <= step.expires
            and ids & {v for v, _ in s.about}
        ]  # fmt: skip
        if is_told or (step.due and any(due - step.due < HOUR for due in later)):
            continue
        kept.append(replace(step, expires=min([step.expires, *later])))
    return kept


def _notices(
    state: State, client: Client, visits: list[Visit], rules: list[Rule], told: frozenset[Key]
) -> list[Step]:
    made = []
    for rule in rules:
        for visit in visits:
            if rule.types and visit.type not in rule.types:
                continue
            known, news = None, None
            for change in visit.changes:
                fresh = change.tell and change.at >= rule.since
                if fresh and (rule.id, visit.id, change.sequence) not in told:
                    news = change
                else:
                    known, news = change, None
            if news is None:
                continue
            was, is_ = known is not None and known.active, news.active
            what = {(False, True): "booked", (True, False): "cancelled"}.get((was, is_), "")
            if was and is_ and known and known.starts_at != news.starts_at:
                what = "moved"
            ends = max(news.starts_at, known.starts_at) if known else news.starts_at
            at = news.at + timedelta(seconds=rule.seconds)
            if not what or at >= ends:
                continue
            due = moved_into_hours(state, client, at, at, ends, False)
            about = ((visit.id, news.sequence),)
            made.append(Step(NOTICE, what, rule.id, channel_of(client, rule), about, at, due, ends))
    return made


def held(state: State, client: Client, channel: str, kind: str) -> str:
    """Why nothing of a kind may go to a person by a channel, the hour aside; empty: it may."""
    if not state.enabled:
        return "messaging_off"
    value, invalid = address(client, channel)
    if not value:
        return "no_address"
    if invalid:
        return "bad_address"
    if (channel, value) in state.stops:
        return "stopped"
    return "" if agreed(state, client, channel, value, kind) else "no_consent"


def agreed(state: State, client: Client, channel: str, value: str, kind: str) -> bool:
    """The person's last word on a kind there; without one, as the practice has it."""
    for said in reversed(state.consents):
        if (said.client, said.channel, said.address) == (client.id, channel, value) and (
            not said.kinds or kind in said.kinds
        ):
            return said.given
    return not state.opt_in


def may_be_said(rule: Rule, what: str, visit: Visit, sequence: int, at: datetime) -> bool:
    """Whether what a message says of one visit is true now."""
    if visit.sequence != sequence:
        return False
    if rule.kind == NOTICE:
        if what == "cancelled":
            return not visit.active
        return visit.active and visit.starts_at > at
    return visit.active and not (rule.skip_if_confirmed and visit.status == "confirmed")
