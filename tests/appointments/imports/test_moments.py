"""Dates, times and lengths in a file: what is written comes back, and nothing else is guessed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.appointments.imports.moments import (
    Unreadable,
    between,
    date_of,
    minutes_of,
    time_of,
    when,
)

ORDERS = st.sampled_from(["MDY", "DMY", "YMD"])
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))
MARKS = st.sampled_from(["/", "-", "."])
NAMED = st.sampled_from(["%d %B %Y", "%B %d, %Y", "%a, %d %b %Y", "%d-%b-%y", "%A %b %d %Y"])
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1))
WRITTEN = {"MDY": "{0.month}{1}{0.day}{1}{2}", "DMY": "{0.day}{1}{0.month}{1}{2}"}


@given(DAYS, MARKS, st.booleans(), st.sampled_from(["MDY", "DMY"]))
def test_a_date_in_the_practices_order_is_that_date(
    day: date, mark: str, short: bool, order: str
) -> None:
    year = f"{day:%y}" if short else f"{day:%Y}"
    assert date_of(WRITTEN[order].format(day, mark, year), order) == day


@given(DAYS, MARKS, ORDERS)
def test_a_year_of_four_digits_in_front_is_read_in_every_order(
    day: date, mark: str, order: str
) -> None:
    assert date_of(f"{day.year}{mark}{day.month:02}{mark}{day.day}", order) == day


@given(DAYS, ORDERS, NAMED)
def test_a_date_with_its_months_name_needs_no_order(day: date, order: str, form: str) -> None:
    assert date_of(day.strftime(form), order) == day


@given(DAYS.filter(lambda d: d.day > 12), MARKS)
def test_a_date_that_cannot_be_in_that_order_is_unreadable_in_it(day: date, mark: str) -> None:
    for order, other in (("MDY", "DMY"), ("DMY", "MDY")):
        with pytest.raises(Unreadable):
            date_of(WRITTEN[other].format(day, mark, f"{day:%Y}"), order)
    with pytest.raises(Unreadable):
        date_of(WRITTEN["DMY"].format(day, mark, f"{day:%Y}"), "YMD")


@given(DAYS, st.integers(1, 6), ORDERS)
def test_a_date_beside_a_wrong_weekday_is_unreadable(day: date, off: int, order: str) -> None:
    with pytest.raises(Unreadable):
        date_of(f"{day + timedelta(days=off):%A}, {day:%B %d, %Y}", order)


@given(CLOCKS, st.sampled_from(["%H:%M", "%I:%M %p", "%I:%M%p", "%H:%M:00", "%H.%M"]))
def test_a_time_of_12_or_24_hours_is_that_time(clock: time, form: str) -> None:
    assert time_of(clock.strftime(form)) == clock
    assert time_of(clock.strftime(form).lower().removeprefix("0")) == clock


@pytest.mark.parametrize(
    "text", ["9", "25:00", "13:00 pm", "0:30 am", "9:60", "half nine", "", "9:00 EST", "24:00"]
)
def test_a_time_that_is_none_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        time_of(text)


@given(DAYS, CLOCKS, st.sampled_from(["MDY", "DMY"]), st.sampled_from([" ", ", ", " at "]))
def test_date_and_time_in_one_cell_are_both_read(
    day: date, clock: time, order: str, gap: str
) -> None:
    text = WRITTEN[order].format(day, "/", day.year) + gap + clock.strftime("%I:%M %p")
    found = when(text, order)
    assert (found.day, found.clock, found.until, found.offset) == (day, clock, None, None)


@given(MOMENTS, st.integers(-14 * 4, 14 * 4), ORDERS)
def test_iso_8601_keeps_its_offset_however_it_is_written(
    at: datetime, quarters: int, order: str
) -> None:
    offset = timedelta(minutes=15 * quarters)
    at = at.replace(microsecond=0)
    sign, minutes = "-" if quarters < 0 else "+", abs(15 * quarters)
    written = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    forms = [f"{at.isoformat()}{written}", f"{at} {written.replace(':', '')}", f"{at}{written}"]
    for text in forms:
        found = when(text, order)
        assert (found.day, found.clock) == (at.date(), at.time())
        assert found.offset
        assert found.offset.utcoffset(None) == offset


def test_a_range_of_times_gives_both_ends_and_half_a_range_none() -> None:
    assert when("9:00 AM - 9:50 AM", "MDY").until == time(9, 50)
    assert when("3/9/2026 13:00\u201314:30", "MDY").until == time(14, 30)
    with pytest.raises(Unreadable):
        when("1:00 - 1:50 PM", "MDY")


@given(st.integers(1, 1440))
def test_a_length_is_read_in_minutes_and_in_hours(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    forms = [
        f"{minutes}",
        f"{minutes} min",
        f"{minutes}.0",
        f"{hours}:{rest:02}",
        f"{hours}h {rest}m",
    ]
    assert {minutes_of(form) for form in forms} == {minutes}
    assert minutes_of("1.5 hours") == 90


@pytest.mark.parametrize("text", ["0", "1441", "-5", "half an hour", "0.5", "25 hours", ""])
def test_a_length_that_is_none_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        minutes_of(text)


@given(st.text(max_size=40) | st.text("0123456789/-:. TZ+apmMonday,", max_size=30), ORDERS)
def test_any_text_is_read_or_unreadable_and_nothing_else(text: str, order: str) -> None:
    for read in (lambda: when(text, order), lambda: time_of(text), lambda: minutes_of(text)):
        with suppress(Unreadable):
            assert read()


def test_only_days_of_two_years_back_and_five_ahead_are_believed() -> None:
    base = datetime(2026, 3, 2, tzinfo=UTC)
    assert between(date(2024, 3, 5), base)
    assert between(date(2031, 3, 1), base)
    assert not between(date(1900, 1, 1), base)
    assert not between(date(2999, 1, 1), base)
