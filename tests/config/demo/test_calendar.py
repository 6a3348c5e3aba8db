"""The demo's calendar: likely days, always the same, whenever it is asked."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from carepost.config.demo import ahead, calendar, diary
from carepost.config.demo.size import SMALL
from tests.builders import NOW

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: at.replace(tzinfo=UTC)
)
ZONE = "America/New_York"
VISITS = list(calendar.around(NOW, ZONE, SMALL))


@given(MOMENTS)
def test_the_practice_is_open_whatever_the_hour(now: datetime) -> None:
    zone = calendar.daytime_zone(now)

    assert 8 <= now.astimezone(ZoneInfo(zone)).hour < 18


@given(MOMENTS)
def test_a_reminder_a_day_before_is_due_at_once_and_another_within_a_minute(now: datetime) -> None:
    zone = calendar.daytime_zone(now)
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    due_in = [(wall - timedelta(days=1) - local).total_seconds() for wall in ahead.soon(now, zone)]

    assert -60 < due_in[0] <= 0 < due_in[1] <= 60
    assert due_in[-1] > 600


def test_no_two_visits_of_a_practitioner_overlap_and_lunch_is_free() -> None:
    days = defaultdict(list)
    for visit in VISITS:
        days[visit.day, visit.practitioner].append(visit)

    for visits in days.values():
        for one, next_ in pairwise(sorted(visits, key=lambda v: v.starts_at)):
            assert one.ends_at <= next_.starts_at
    for visit in VISITS:
        begins = visit.starts_at.astimezone(ZoneInfo(ZONE)).time()
        ends = visit.ends_at.astimezone(ZoneInfo(ZONE)).time()
        assert ends <= time(12, 30) or begins >= time(13, 30)


def test_a_working_day_has_a_dozen_visits_or_some_more_and_a_weekend_none() -> None:
    by_day: dict[date, int] = defaultdict(int)
    for visit in VISITS:
        assert visit.day.weekday() < 5
        by_day[visit.day] += 1
    past = [count for day, count in by_day.items() if day < NOW.date()]

    assert len(past) > 255
    assert 12 <= sum(past) / len(past) <= 16


def test_a_day_is_the_same_when_it_is_asked_again_later() -> None:
    later = {v.external_id: v for v in calendar.around(NOW + timedelta(days=3), ZONE, SMALL)}

    seen = [v for v in VISITS if v.day > NOW.date() - timedelta(days=300)]
    assert all(later[v.external_id] == v for v in seen)


def test_what_is_past_is_over_one_way_or_another_and_nothing_ahead_is() -> None:
    found: dict[bool, set[str]] = defaultdict(set)
    for visit in VISITS:
        found[visit.ends_at <= NOW].add(visit.status(NOW))

    assert found[True] == {"done", "no_show", "cancelled"}
    assert found[False] == {"booked", "confirmed", "cancelled"}


def test_changes_of_a_visit_follow_its_booking() -> None:
    for visit in VISITS:
        at = [stand.at for stand in diary.stands(visit, NOW)]
        assert at == sorted(at)
        assert at[-1] <= NOW
        if visit.confirmed_at and visit.moved_at:
            assert visit.confirmed_at > visit.moved_at
