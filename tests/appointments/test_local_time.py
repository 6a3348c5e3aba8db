"""Local times and instants, in every zone there is, at every gap and overlap (RULES C3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.appointments.local_time import instant, local

ZONES = st.sampled_from(sorted(available_timezones()))
# Half the draws fall in years with rules of all sorts; nobody books a visit outside the others.
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2060, 1, 1), timezones=st.just(UTC))
DAYS = st.dates(date(1970, 1, 3), date(2060, 1, 1))


def offsets_around(at: datetime, zone: str) -> set[timedelta]:
    """The offsets from UTC that hold a day before, at and a day after."""
    places = [at + timedelta(hours=h) for h in (-24, 0, 24)]
    return {place.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for place in places}


@given(INSTANTS, ZONES)
def test_an_instant_comes_back_from_its_local_time_or_was_its_second_showing(
    at: datetime, zone: str
) -> None:
    there = instant(*local(at, zone), zone)
    if there != at:
        assert there < at, "of a time that exists twice the first is meant"
        assert local(there, zone) == local(at, zone)


@given(DAYS, st.times(), ZONES)
def test_a_local_time_is_shown_at_its_instant_or_lies_in_a_gap_and_moves_by_it(
    day: date, clock: time, zone: str
) -> None:
    at = instant(day, clock, zone)
    shown = datetime.combine(*local(at, zone))
    asked = datetime.combine(day, clock)
    if shown != asked:
        gap = shown - asked
        assert gap > timedelta()
        before = (at - gap).astimezone(ZoneInfo(zone)).utcoffset()
        after = at.astimezone(ZoneInfo(zone)).utcoffset()
        assert before is not None
        assert after is not None
        assert after - before == gap, "forward by just the gap"


@given(DAYS, st.times(), ZONES)
def test_no_earlier_instant_shows_the_same_local_time(day: date, clock: time, zone: str) -> None:
    at = instant(day, clock, zone)
    if local(at, zone) != (day, clock):
        return
    # By brute force, not by `fold`: whatever offset holds thereabouts.
    asked = datetime.combine(day, clock)
    for offset in offsets_around(at, zone):
        other = asked.replace(tzinfo=timezone(offset)).astimezone(UTC)
        if local(other, zone) == (day, clock):
            assert at <= other


@given(INSTANTS, ZONES, st.integers(-23, 23))
def test_the_offset_in_which_an_instant_is_written_does_not_matter(
    at: datetime, zone: str, hours: int
) -> None:
    elsewhere = at.astimezone(timezone(timedelta(hours=hours)))
    assert local(elsewhere, zone) == local(at, zone)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        # Spring in New York: 02:00 to 03:00 does not exist.
        ("America/New_York", date(2026, 3, 8), time(1, 59), "2026-03-08T06:59"),
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),
        ("America/New_York", date(2026, 3, 8), time(3, 30), "2026-03-08T07:30"),
        # Autumn: 01:30 exists twice.
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        # Lord Howe Island moves by half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
        # Offsets of 45 and of 30 minutes.
        ("Asia/Kathmandu", date(2026, 6, 1), time(9), "2026-06-01T03:15"),
        ("Pacific/Chatham", date(2026, 1, 15), time(9), "2026-01-14T19:15"),
        ("Asia/Kolkata", date(2026, 6, 1), time(9), "2026-06-01T03:30"),
        # Samoa had no 30 December 2011 at all.
        ("Pacific/Apia", date(2011, 12, 30), time(12), "2011-12-30T22:00"),
    ],
)
def test_times_that_calendars_got_wrong(zone: str, day: date, clock: time, utc: str) -> None:
    assert instant(day, clock, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_second_showing_is_told_apart_by_its_instant_alone() -> None:
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert local(first, "America/New_York") == local(second, "America/New_York")
    assert local(second, "America/New_York")[1].fold == 0


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        local(datetime(2026, 1, 1), "UTC")
