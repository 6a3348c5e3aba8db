"""The calendar page and what its grid reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carepost.appointments import booking
from carepost.practice.audit import SYSTEM
from carepost.practice.models import AuditEntry, Role
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client, make_practice
from tests.web.desk import browser_of

if TYPE_CHECKING:
    from django.test import Client as Browser

    from carepost.practice.models import Practice

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 3, 3, 15, tzinfo=UTC)  # 10:00 in New York
MOST_STATEMENTS = 12
DOOR = ("SAVEPOINT", "RELEASE", "SELECT current_setting", "SELECT set_config")
"""What opens and closes a transaction for a practice."""


def events(browser: Browser, first: str, last: str, **asked: str) -> list[dict[str, Any]]:
    answer = browser.get("/calendar/events", {"start": first, "end": last, **asked})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_week_lists_its_visits_by_day_and_time_and_no_others() -> None:
    practice = make_practice()
    for name, at in (("Late", 5), ("Early", 1)):
        make_appointment(practice, make_client(practice, name), at=TUESDAY + timedelta(hours=at))
    make_appointment(practice, make_client(practice, "Next"), at=TUESDAY + timedelta(days=7))

    page = browser_of(practice).get("/calendar/?day=2026-03-03&view=week").content.decode()

    assert page.index("Early") < page.index("Late")
    assert "Next Field" not in page
    assert "11:00 AM" in page


def test_a_full_week_is_listed_a_part_at_a_time_and_the_grid_has_all_of_it() -> None:
    practice = make_practice()
    client = make_client(practice)
    made = {
        str(make_appointment(practice, client, at=TUESDAY + timedelta(minutes=n)).id)
        for n in range(60)
    }
    browser = browser_of(practice)

    def listed(asked: str) -> list[str]:
        page = browser.get(f"/calendar/?day=2026-03-03&view=week{asked}").content.decode()
        return [visit for visit in made if f"/calendar/{visit}" in page]

    first, second = listed(""), listed("&from=50")
    assert (len(first), len(second)) == (50, 10)
    assert {*first, *second} == made
    assert {event["id"] for event in events(browser, "2026-03-01", "2026-03-07")} == made


def test_a_day_has_a_column_for_each_practitioner_and_by_place_for_each_place() -> None:
    practice = make_practice()
    make_appointment(practice, at=TUESDAY, practitioner="Dr Ito", place="North")
    make_appointment(practice, at=TUESDAY, practitioner="Dr Ode")
    browser = browser_of(practice)

    by_practitioner = browser.get("/calendar/?day=2026-03-03&view=day").context["grid"]
    by_place = browser.get("/calendar/?day=2026-03-03&view=day&by=place").context["grid"]

    assert "Dr Ito" in by_practitioner
    assert "Dr Ode" in by_practitioner
    assert '"North"' in by_place
    assert '"No place"' in by_place


def test_the_grid_reads_the_walls_time_across_the_change_of_the_clocks() -> None:
    practice = make_practice()  # New York's clocks go forward on 8 March 2026
    for day in (7, 8, 9):
        at = datetime(2026, 3, day, 14, 30, tzinfo=UTC)
        make_appointment(practice, at=at if day == 7 else at - timedelta(hours=1))

    found = events(browser_of(practice), "2026-03-07", "2026-03-09")

    assert [event["start"] for event in found] == [
        "2026-03-07T09:30:00",
        "2026-03-08T09:30:00",
        "2026-03-09T09:30:00",
    ]
    assert [event["end"][11:16] for event in found] == ["10:00"] * 3


def test_a_day_holds_what_is_of_it_on_the_practices_clocks() -> None:
    practice = make_practice()
    just_before = make_appointment(practice, at=datetime(2026, 3, 8, 4, tzinfo=UTC))  # Sat 23:00
    first = make_appointment(practice, at=datetime(2026, 3, 8, 5, tzinfo=UTC))  # Sun 0:00
    last = make_appointment(practice, at=datetime(2026, 3, 9, 3, 30, tzinfo=UTC))  # Sun 23:30
    after = make_appointment(practice, at=datetime(2026, 3, 9, 4, tzinfo=UTC))  # Mon 0:00

    found = [event["id"] for event in events(browser_of(practice), "2026-03-08", "2026-03-08")]

    assert found == [str(first.id), str(last.id)]
    assert str(just_before.id) not in found
    assert str(after.id) not in found


def test_filters_and_cancelled_visits_are_as_asked() -> None:
    practice = make_practice()
    kept = make_appointment(practice, at=TUESDAY, practitioner="Dr Ito")
    gone = make_appointment(practice, at=TUESDAY + timedelta(hours=1), practitioner="Dr Ito")
    make_appointment(practice, at=TUESDAY, practitioner="Dr Ode")
    booking.cancel(practice.id, gone.id, SYSTEM, now=TUESDAY - timedelta(days=1))
    browser = browser_of(practice)
    only = {"practitioner": str(kept.practitioner_id)}

    assert [e["id"] for e in events(browser, "2026-03-03", "2026-03-03", **only)] == [str(kept.id)]
    both = events(browser, "2026-03-03", "2026-03-03", cancelled="yes", **only)
    assert [e["id"] for e in both] == [str(kept.id), str(gone.id)]
    assert both[1]["editable"] is False


@pytest.mark.parametrize(
    "asked", [{}, {"start": "2026-03-01"}, {"start": "x", "end": "y"},
              {"start": "2026-03-09", "end": "2026-03-01"},
              {"start": "2026-01-01", "end": "2026-12-31"}]
)  # fmt: skip
def test_days_that_cannot_be_shown_are_refused(asked: dict[str, str]) -> None:
    assert browser_of(make_practice()).get("/calendar/events", asked).status_code == 400


@pytest.mark.parametrize("asked", ["day=0001-01-01", "day=9999-12-31", "view=x", "by=y&place=z"])
def test_an_address_that_is_misspelt_shows_the_calendar_all_the_same(asked: str) -> None:
    assert browser_of(make_practice()).get(f"/calendar/?{asked}").status_code == 200


def test_whoever_may_only_look_drags_nothing() -> None:
    practice = make_practice()
    make_appointment(practice, at=TUESDAY)

    (event,) = events(browser_of(practice, Role.BILLER), "2026-03-03", "2026-03-03")

    assert event["editable"] is False


def test_that_clients_were_read_is_written_down_with_their_ids() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=TUESDAY)

    events(browser_of(practice), "2026-03-03", "2026-03-03")

    with acting_for(practice.id):
        entry = AuditEntry.objects.filter(action="client.read").latest("at")
        assert entry.detail["ids"] == [str(visit.client_id)]


def test_another_practices_visits_are_never_shown() -> None:
    make_appointment(make_practice(), at=TUESDAY)

    assert events(browser_of(make_practice()), "2026-03-03", "2026-03-03") == []


def statements(browser: Browser, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len([query for query in queries if not query["sql"].startswith(DOOR)])


@pytest.mark.parametrize(
    "address",
    [
        "/calendar/?day=2026-03-03&view=week",
        "/calendar/?day=2026-03-03&view=day",
        "/calendar/events?start=2026-03-01&end=2026-03-07",
        "/calendar/print?day=2026-03-03",
    ],
)
def test_as_many_statements_for_two_visits_as_for_forty(address: str) -> None:
    practice = make_practice()
    browser = browser_of(practice)
    _fill(practice, 2)
    browser.get(address)  # the first visit of a session writes it
    few = statements(browser, address)
    _fill(practice, 40)

    assert statements(browser, address) == few
    assert few <= MOST_STATEMENTS


def _fill(practice: Practice, many: int) -> None:
    start = datetime.combine(date(2026, 3, 3), datetime.min.time(), UTC) + timedelta(hours=14)
    for place in range(many):
        make_appointment(practice, at=start + timedelta(minutes=10 * place), minutes=10)
