"""Dates and times as a text says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.messaging.wording.languages import LANGUAGES
from carepost.messaging.wording.moments import Moment, Visit, several, spoken

NEW_YORK = "America/New_York"
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # Friday, noon in New York
VISIT = datetime(2026, 11, 25, 10, 30)  # Wednesday


@pytest.mark.parametrize(
    ("country", "language", "moment"),
    [
        ("US", "en", Moment("Wed, Nov 25", "10:30 AM")),
        ("CA", "en", Moment("Wed, Nov 25", "10:30 am")),
        ("UK", "en", Moment("Wednesday 25 November", "10:30")),
        ("IE", "en-IE", Moment("Wednesday 25 November", "10:30")),
        ("AU", "en", Moment("Wednesday 25 November", "10:30 am")),
        ("EU", "es", Moment("miércoles 25 de noviembre", "10:30")),
        ("US", "es-MX", Moment("mié 25 nov", "10:30 am")),
        ("US", "xx", Moment("Wed, Nov 25", "10:30 AM")),
    ],
)
def test_each_country_and_language_has_its_way(country: str, language: str, moment: Moment) -> None:
    assert spoken(VISIT, NEW_YORK, language, NOON, country=country) == moment


@pytest.mark.parametrize(
    ("hour", "american", "british"),
    [(0, "12:05 AM", "00:05"), (9, "9:05 AM", "09:05"), (12, "12:05 PM", "12:05"),
     (23, "11:05 PM", "23:05")],
)  # fmt: skip
def test_the_clock_has_twelve_or_twenty_four_hours(hour: int, american: str, british: str) -> None:
    at = VISIT.replace(hour=hour, minute=5)
    assert spoken(at, NEW_YORK, "en", NOON).time == american
    assert spoken(at, NEW_YORK, "en", NOON, country="UK").time == british


@pytest.mark.parametrize(
    ("now", "date"),
    [
        # 23:59 in New York on the 23rd is the 24th in UTC: the place's date counts.
        (datetime(2026, 11, 24, 4, 59, tzinfo=UTC), "Wednesday 25 November"),
        (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "tomorrow, Wednesday 25 November"),
        (datetime(2026, 11, 25, 4, 59, tzinfo=UTC), "tomorrow, Wednesday 25 November"),
        (datetime(2026, 11, 25, 5, 0, tzinfo=UTC), "today, Wednesday 25 November"),
        (datetime(2026, 11, 26, 5, 0, tzinfo=UTC), "Wednesday 25 November"),
    ],
)
def test_today_and_tomorrow_are_of_the_moment_of_sending_at_the_place(
    now: datetime, date: str
) -> None:
    assert spoken(VISIT, NEW_YORK, "en", now, country="UK").date == date


def test_tomorrow_in_american_english_and_in_spanish() -> None:
    now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert spoken(VISIT, NEW_YORK, "en", now).date == "tomorrow, Wed, Nov 25"
    assert spoken(VISIT, NEW_YORK, "es", now, country="EU").date == (
        "mañana, miércoles 25 de noviembre"
    )


@pytest.mark.parametrize("days", [-400, -301, 301, 400])
def test_a_date_far_off_names_its_year(days: int) -> None:
    now = datetime(2026, 11, 25, 17, 0, tzinfo=UTC) - timedelta(days=days)
    assert spoken(VISIT, NEW_YORK, "en", now).date == "Wed, Nov 25, 2026"
    assert spoken(VISIT, NEW_YORK, "en", now, country="UK").date == "Wednesday 25 November 2026"


@pytest.mark.parametrize("days", [-300, 300])
def test_a_date_within_300_days_does_not(days: int) -> None:
    now = datetime(2026, 11, 25, 17, 0, tzinfo=UTC) - timedelta(days=days)
    assert spoken(VISIT, NEW_YORK, "en", now).date == "Wed, Nov 25"


def test_a_time_in_the_spring_gap_moves_forward_by_the_gap() -> None:
    gap = datetime(2027, 3, 14, 2, 30)
    assert spoken(gap, NEW_YORK, "en", NOON).time == "3:30 AM"


def test_a_gap_of_half_an_hour_moves_by_half_an_hour() -> None:
    gap = datetime(2026, 10, 4, 2, 15)
    assert spoken(gap, "Australia/Lord_Howe", "en", NOON, country="AU").time == "2:45 am"


def test_a_time_that_comes_twice_is_said_once() -> None:
    twice = datetime(2026, 11, 1, 1, 30)
    assert spoken(twice, NEW_YORK, "en", NOON).time == "1:30 AM"


def test_an_aware_time_is_taken_to_the_zone() -> None:
    aware = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
    assert spoken(aware, NEW_YORK, "en", NOON) == Moment("Wed, Nov 25", "10:30 AM")


@pytest.mark.parametrize(
    ("zone", "language", "time"),
    [
        (NEW_YORK, "en", "10:30 AM Eastern time"),
        ("Asia/Kathmandu", "en", "10:30 AM Kathmandu time"),
        ("America/Argentina/Buenos_Aires", "en", "10:30 AM Buenos Aires time"),
        (NEW_YORK, "es", "10:30 am, hora de Nueva York"),
    ],
)
def test_a_telehealth_visit_names_its_zone(zone: str, language: str, time: str) -> None:
    assert spoken(VISIT, zone, language, NOON, name_zone=True).time == time


def test_a_naive_now_and_an_unknown_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        spoken(VISIT, NEW_YORK, "en", VISIT)
    with pytest.raises(ZoneInfoNotFoundError):
        spoken(VISIT, "Mars/Olympus", "en", NOON)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.sampled_from([NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.sampled_from(sorted(LANGUAGES)),
    st.sampled_from(["US", "UK", "AU"]),
)
def test_today_is_said_exactly_when_the_place_has_that_date(
    local: datetime, now: datetime, zone: str, language: str, country: str
) -> None:
    said = spoken(local, zone, language, now.replace(tzinfo=UTC), country=country)
    real = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    today = now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    words = LANGUAGES[language]
    assert said.date.startswith(words.today + ",") == (real.date() == today)
    assert said.date.startswith(words.tomorrow + ",") == (real.date() == today + timedelta(days=1))
    assert f"{real.minute:02}" in said.time
    assert str(real.day) in said.date


def at(hour: int, place: str = "Main Street", practitioner: str = "Dr Shaw") -> Visit:
    return Visit(VISIT.replace(hour=hour, minute=0), NEW_YORK, place, practitioner)


def test_one_visit_is_said_plainly() -> None:
    assert several([at(10)], "en", NOON) == {
        "date": "Wed, Nov 25",
        "time": "10:00 AM",
        "place": "Main Street",
        "practitioner": "Dr Shaw",
    }


def test_two_visits_alike_share_place_and_person() -> None:
    facts = several([at(14), at(10)], "en", NOON)
    assert facts["time"] == "10:00 AM and 2:00 PM"
    assert (facts["place"], facts["practitioner"]) == ("Main Street", "Dr Shaw")


def test_visits_with_several_people_say_who_is_when() -> None:
    facts = several([at(10), at(14, practitioner="Dr Ray")], "en", NOON)
    assert facts["time"] == "10:00 AM with Dr Shaw and 2:00 PM with Dr Ray"
    assert facts["practitioner"] == "Dr Shaw and Dr Ray"


def test_visits_at_several_places_say_where_is_when() -> None:
    facts = several([at(10), at(14, place="Harbour"), at(16)], "en", NOON)
    assert facts["time"] == (
        "10:00 AM at Main Street, 2:00 PM at Harbour and 4:00 PM at Main Street"
    )
    assert facts["place"] == "Main Street and Harbour"


def test_several_visits_in_spanish() -> None:
    facts = several([at(10), at(14, practitioner="Dra. Ray")], "es", NOON, country="EU")
    assert facts["time"] == "10:00 con Dr Shaw y 14:00 con Dra. Ray"


def test_two_visits_at_one_time_are_said_once() -> None:
    assert several([at(10), at(10)], "en", NOON)["time"] == "10:00 AM"


def test_people_who_may_not_be_named_are_not() -> None:
    facts = several([at(10, practitioner=""), at(14, practitioner="")], "en", NOON)
    assert facts["time"] == "10:00 AM and 2:00 PM"
    assert facts["practitioner"] == ""


def test_a_visit_in_a_zone_where_the_date_differs_says_its_date() -> None:
    late = Visit(datetime(2026, 11, 26, 3, 0), "Europe/London", name_zone=True)
    facts = several([at(10), late], "en", NOON)
    assert facts["time"] == "10:00 AM and 3:00 AM UK time (Thu, Nov 26)"


def test_no_visit_is_refused() -> None:
    with pytest.raises(ValueError, match="no visit"):
        several([], "en", NOON)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_is_whole(language: str) -> None:
    table = LANGUAGES[language]
    assert (len(set(table.weekdays)), len(set(table.weekdays_short))) == (7, 7)
    assert (len(set(table.months)), len(set(table.months_short))) == (12, 12)
    assert "" in table.styles
    assert "{url}" in table.unsubscribe
