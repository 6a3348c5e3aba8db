"""On which days a visit repeats."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from carepost.appointments.recurrence import FREQUENCIES, MOST, WEEKDAYS, Repeat
from carepost.practice.errors import Refused

MONDAY = date(2026, 3, 2)
DAYS = st.dates(date(2025, 1, 1), date(2030, 12, 31))


@st.composite
def repeats(draw: st.DrawFn, **fixed: Any) -> Repeat:
    """Rules whose weekdays, if any, hold every day: so that any first day fits."""
    freq = draw(st.sampled_from(sorted(FREQUENCIES)))
    weekdays = tuple(draw(st.sets(st.sampled_from(WEEKDAYS)))) if freq == "weekly" else ()
    given_ = {"freq": freq, "interval": draw(st.integers(1, 6)), "weekdays": weekdays}
    return Repeat.of(given_ | fixed)


@given(DAYS, st.integers(2, MOST), st.data())
def test_a_count_gives_as_many_days_in_order_with_the_first_among_them(
    first: date, count: int, data: st.DataObject
) -> None:
    repeat = data.draw(repeats(count=count))
    assume(not repeat.weekdays or WEEKDAYS[first.weekday()] in repeat.weekdays)
    days = repeat.days(first)
    assert days[0] == first
    assert len(days) == count
    assert days == sorted(set(days))


@given(DAYS, st.integers(1, 100), st.data())
def test_until_gives_all_days_to_it_and_none_beyond(
    first: date, length: int, data: st.DataObject
) -> None:
    until = first + timedelta(days=length)
    repeat = data.draw(repeats(until=until))
    assume(not repeat.weekdays or WEEKDAYS[first.weekday()] in repeat.weekdays)
    unbounded = Repeat(repeat.freq, repeat.interval, MOST, None, repeat.weekdays)
    expected = [day for day in unbounded.days(first) if day <= until]
    if len(expected) < 2:
        with pytest.raises(Refused, match="repeats nothing"):
            repeat.days(first)
    else:
        assert repeat.days(first) == expected


@settings(deadline=None)
@given(DAYS, st.integers(1, 6), st.sets(st.sampled_from(WEEKDAYS), min_size=1))
def test_weekly_days_are_those_of_every_so_many_weeks_from_monday(
    first: date, interval: int, weekdays: set[str]
) -> None:
    chosen = weekdays | {WEEKDAYS[first.weekday()]}
    repeat = Repeat("weekly", interval, 30, None, tuple(chosen))
    monday = first - timedelta(days=first.weekday())
    walked = (first + timedelta(days=n) for n in range(7 * interval * 31))
    expected = [
        day
        for day in walked
        if WEEKDAYS[day.weekday()] in chosen and (day - monday).days // 7 % interval == 0
    ]
    assert repeat.days(first) == expected[:30]


def test_a_month_without_the_day_is_left_out() -> None:
    days = Repeat("monthly", count=4).days(date(2026, 1, 31))
    assert [day.month for day in days] == [1, 3, 5, 7]


@given(st.data(), st.one_of(st.integers(2, MOST), DAYS))
def test_a_rule_is_read_as_it_was_written(data: st.DataObject, end: int | date) -> None:
    repeat = data.draw(repeats(**{"count" if isinstance(end, int) else "until": end}))
    assert Repeat.from_rule(repeat.rule) == repeat
    assert len(repeat.rule) <= 120


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"freq": "yearly", "count": 3}, "repeat.freq"),
        ({"freq": "weekly"}, "repeat.count"),
        ({"freq": "weekly", "count": 3, "until": MONDAY}, "repeat.count"),
        ({"freq": "weekly", "count": 1}, "repeat.count"),
        ({"freq": "weekly", "count": 121}, "repeat.count"),
        ({"freq": "weekly", "until": datetime(2026, 5, 1)}, "repeat.until"),
        ({"freq": "weekly", "until": "2026-05-01"}, "repeat.until"),
        ({"freq": "weekly", "count": 3, "interval": 53}, "repeat.interval"),
        ({"freq": "weekly", "count": 3, "weekdays": ["monday"]}, "repeat.weekdays"),
        ({"freq": "daily", "count": 3, "weekdays": ["mo"]}, "repeat.weekdays"),
        ({"freq": "daily", "count": 3, "days": 3}, "repeat.days"),
    ],
)
def test_what_is_no_rule_is_refused(bad: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        Repeat.of(bad)
    assert refused.value.field == field


def test_a_first_day_that_is_none_of_the_days_and_an_end_too_far_are_refused() -> None:
    with pytest.raises(Refused, match="another day of the week"):
        Repeat("weekly", count=3, weekdays=("tu", "we")).days(MONDAY)
    with pytest.raises(Refused, match="more than 120"):
        Repeat("daily", until=MONDAY + timedelta(days=120)).days(MONDAY)
    assert len(Repeat("daily", until=MONDAY + timedelta(days=119)).days(MONDAY)) == MOST
