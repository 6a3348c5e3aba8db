"""What a person is told, and when: properties of every plan there could be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from carepost.messaging.facts import Person, Point, RuleFacts, Visit
from carepost.messaging.kinds.appointment_reminder import moment_of
from carepost.messaging.outbound.wanted import Wanted, wanted
from tests.planner.people import people

REMINDER = "appointment_reminder"


def _sendable(person: Person) -> list[Wanted]:
    """What they would be sent, had they a number and an address."""
    points = tuple(
        Point(UUID(int=n), system, system, 1, invalid=False)
        for n, system in enumerate(("phone", "email"))
    )
    reachable = replace(person, client=replace(person.client, points=points))
    return [w for w in wanted(reachable) if w.hold != "outside_hours"]


def _visits(person: Person, want: Wanted) -> list[Visit]:
    ids = {v for v, _ in want.about}
    return [v for v in person.visits if v.id in ids]


def _rule(person: Person, want: Wanted) -> RuleFacts:
    return next(r for r in person.rules if r.id == want.rule_id)


@given(people())
def test_nothing_is_due_in_quiet_hours(person: Person) -> None:
    quiet = person.practice.quiet
    zone = ZoneInfo(person.client.timezone or person.practice.timezone)
    for want in _sendable(person):
        shown = want.due_at.astimezone(zone).time()
        if quiet is None:
            continue
        spans_midnight = quiet.begin > quiet.end
        inside = (
            shown >= quiet.begin or shown < quiet.end
            if spans_midnight
            else quiet.begin <= shown < quiet.end
        )
        assert not inside, f"due at {shown} in {zone}"


@given(people())
def test_two_steps_of_one_channel_about_one_visit_are_an_hour_apart(person: Person) -> None:
    reminders = [w for w in _sendable(person) if w.kind == REMINDER]
    for one, other in combinations(reminders, 2):
        if one.channel == other.channel and set(one.about) & set(other.about):
            assert abs(one.due_at - other.due_at) >= timedelta(hours=1)


@given(people())
def test_visits_share_a_message_only_on_one_day_and_with_a_lead(person: Person) -> None:
    for want in wanted(person):
        visits = _visits(person, want)
        if len(visits) > 1:
            assert want.kind == REMINDER
            assert len({v.local_date for v in visits}) == 1
            for visit in visits:
                lead = visit.starts_at - moment_of(_rule(person, want), visit)
                assert lead >= timedelta(hours=4)


@given(people())
def test_a_message_ends_after_it_is_due_and_by_its_first_visit(person: Person) -> None:
    for want in _sendable(person):
        assert want.due_at < want.expires_at
        if want.kind == REMINDER and _rule(person, want).when == "before":
            assert want.expires_at <= min(v.starts_at for v in _visits(person, want))


@given(people())
def test_a_late_booking_or_a_new_rule_skips_what_has_passed(person: Person) -> None:
    for want in _sendable(person):
        rule = _rule(person, want)
        if want.kind == REMINDER:
            visits = _visits(person, want)
            for visit in visits:
                assert moment_of(rule, visit) >= max(visit.scheduled_at, rule.since)
            # What is shared is due with its first visit: the others may have been booked later.
            if len(visits) == 1:
                assert want.due_at >= max(visits[0].scheduled_at, rule.since)


@given(people())
def test_nobody_is_reminded_of_what_is_cancelled_or_need_not_be(person: Person) -> None:
    for want in wanted(person):
        rule = _rule(person, want)
        for visit in _visits(person, want):
            if want.kind == REMINDER and rule.when == "before":
                assert visit.active
                assert not (rule.skip_if_confirmed and visit.status == "confirmed")
            if want.kind == REMINDER:
                assert visit.status != "cancelled"
            if want.what == "cancelled":
                assert not visit.active


def _visit(day: date, at: time, zone: str) -> Visit:
    starts_at = datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
    return Visit(
        id=UUID(int=1), type_id=UUID(int=2), practitioner_id=UUID(int=3), place_id=None,
        local_date=day, local_time=at, zone=zone, starts_at=starts_at, status="booked",
        sequence=0, scheduled_at=starts_at - timedelta(days=30),
    )  # fmt: skip


def _before(days: int = 0, seconds: int = 0, at_time: time | None = None) -> RuleFacts:
    nobody: frozenset[UUID] = frozenset()
    return RuleFacts(
        id=UUID(int=4), kind=REMINDER, channel="", when="before", days=days, seconds=seconds,
        at_time=at_time, types=nobody, practitioners=nobody, places=nobody,
        skip_if_confirmed=False, since=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "at", "rule", "moment"),
    [
        # A day before keeps its hour on the wall across the change: 10:00 EST, 15:00 UTC.
        ("America/New_York", (2026, 3, 8), time(10), _before(1), "2026-03-07T15:00+00:00"),
        # Hours are of the clock: a day of hours before 10:00 EDT is 09:00 EST.
        ("America/New_York", (2026, 3, 8), time(10), _before(0, 86400), "2026-03-07T14:00+00:00"),
        # 02:30 does not exist on 8 March: it moves forward to 03:30 EDT (RULES C3).
        ("America/New_York", (2026, 3, 9), time(2, 30), _before(1), "2026-03-08T07:30+00:00"),
        # 01:30 exists twice on 1 November: the first, EDT.
        ("America/New_York", (2026, 11, 2), time(1, 30), _before(1), "2026-11-01T05:30+00:00"),
        # Lord Howe's clocks move by half an hour: 02:15 becomes 02:45, +11:00.
        ("Australia/Lord_Howe", (2026, 10, 5), time(2, 15), _before(1), "2026-10-03T15:45+00:00"),
        (
            "Asia/Kathmandu",
            (2026, 5, 5),
            time(10),
            _before(1, 0, time(9)),
            "2026-05-04T03:15+00:00",
        ),
        ("America/St_Johns", (2026, 3, 8), time(10), _before(1), "2026-03-07T13:30+00:00"),
    ],
)
def test_a_day_before_is_a_day_of_the_wall_and_hours_are_of_the_clock(
    zone: str, day: tuple[int, int, int], at: time, rule: RuleFacts, moment: str
) -> None:
    assert moment_of(rule, _visit(date(*day), at, zone)) == datetime.fromisoformat(moment)
