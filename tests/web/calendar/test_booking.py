"""The booking form: somebody known or new, conflicts at their field, nothing lost, series."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from carepost.appointments.models import Appointment, AppointmentType
from carepost.ground import clock
from carepost.people.models import Client, ContactPoint
from carepost.practice.models import Role
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client, make_practice
from tests.web.desk import browser_of
from tests.web.reading import Reading

if TYPE_CHECKING:
    from carepost.practice.models import Practice

pytestmark = pytest.mark.django_db


def wanted(practice: Practice, **others: str) -> dict[str, str]:
    """A form filled in for a day from now, at 9:00, with the practice's first of each."""
    with acting_for(practice.id):
        visit = Appointment.objects.order_by("created_at")[0]
    day = clock.now().astimezone(ZoneInfo(practice.timezone)).date() + timedelta(days=1)
    return {
        "type": str(visit.type_id),
        "practitioner": str(visit.practitioner_id),
        "day": day.isoformat(),
        "time": "09:00",
        "minutes": "",
        "repeat": "",
        **others,
    }


def booked(practice: Practice) -> list[Any]:
    with acting_for(practice.id):
        return list(Appointment.objects.order_by("-created_at", "starts_at"))


def furnished() -> Practice:
    practice = make_practice()
    make_appointment(practice, now=clock.now(), practitioner="Dr Ito")
    return practice


def test_a_visit_is_booked_for_somebody_known_on_the_practices_clocks_at_the_types_length() -> None:
    practice = furnished()
    ann = make_client(practice, "Ann", "Lee")

    answer = browser_of(practice).post(
        "/calendar/book", wanted(practice, client=str(ann.id)), follow=True
    )

    visit = booked(practice)[0]
    assert visit.client_id == ann.id
    assert (visit.local_time.hour, visit.zone) == (9, practice.timezone)
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)
    assert [toast.sentence for toast in answer.context["toasts"]] == ["Visit booked."]


def test_somebody_new_is_written_down_with_the_visit() -> None:
    practice = furnished()

    browser_of(practice).post(
        "/calendar/book",
        wanted(practice, first_name="Bo", last_name="Neu", phone="(202) 555-0123"),
    )

    with acting_for(practice.id):
        bo = Client.objects.get(first_name="Bo")
        assert ContactPoint.objects.get(client=bo).value == "+12025550123"
    assert booked(practice)[0].client_id == bo.id


def test_where_the_time_is_taken_nobody_new_is_written_down_and_nothing_is_lost() -> None:
    practice = furnished()
    browser = browser_of(practice)
    given = wanted(practice, first_name="Bo", last_name="Neu", email="bo@people.test")
    browser.post("/calendar/book", given)

    again = given | {"first_name": "Cy", "email": "cy@people.test"}
    page = browser.post("/calendar/book", again).content.decode()

    assert "another visit at that time" in page
    assert 'aria-describedby="id_time_error"' in page
    for kept in ('value="Cy"', 'value="cy@people.test"', 'value="09:00"'):
        assert kept in page
    with acting_for(practice.id):
        assert not Client.objects.filter(first_name="Cy").exists()


def test_without_a_script_one_finds_by_a_step_and_what_was_written_stays() -> None:
    practice = furnished()
    ann = make_client(practice, "Ann", "Lee")
    given = wanted(practice, who="ann lee", find="yes", minutes="50")

    page = browser_of(practice).post("/calendar/book", given).content.decode()

    chosen = [c for c in Reading(page).controls if c.get("name") == "client"]
    assert [(c["type"], c["value"]) for c in chosen] == [("radio", str(ann.id))]
    assert 'value="50"' in page
    assert "field-error" not in page


def test_nobody_chosen_is_said_at_the_field() -> None:
    practice = furnished()

    page = browser_of(practice).post("/calendar/book", wanted(practice)).content.decode()

    assert "Choose somebody from the list" in page
    assert 'id="id_who_error"' in page


@pytest.mark.parametrize("client", ["00000000-0000-7000-8000-000000000000", "nobody"])
def test_a_client_who_is_not_there_is_refused_kindly(client: str) -> None:
    practice = furnished()

    answer = browser_of(practice).post("/calendar/book", wanted(practice, client=client))

    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()


def test_a_practice_without_any_types_names_its_first_in_the_form() -> None:
    practice = make_practice()
    ann = make_client(practice)
    day = clock.now().date() + timedelta(days=3)
    given = {
        "client": str(ann.id), "type": "Check-up", "practitioner": "Dr Ito",
        "day": day.isoformat(), "time": "10:15", "minutes": "20",
    }  # fmt: skip

    browser_of(practice).post("/calendar/book", given)

    (visit,) = booked(practice)
    with acting_for(practice.id):
        assert AppointmentType.objects.get().name == "Check-up"
    assert visit.ends_at - visit.starts_at == timedelta(minutes=20)


def test_the_address_fills_in_what_the_grid_knows() -> None:
    practice = furnished()
    visit = booked(practice)[0]

    page = browser_of(practice).get(
        "/calendar/book",
        {"start": "2026-07-01T14:35", "practitioner": str(visit.practitioner_id)},
    ).content.decode()  # fmt: skip

    assert 'value="2026-07-01"' in page
    assert 'value="14:35"' in page
    assert f'value="{visit.practitioner_id}" selected' in page


def test_a_visit_that_repeats_is_booked_on_all_its_days_or_shows_those_without_room() -> None:
    practice = furnished()
    ann = make_client(practice, "Ann", "Lee")
    browser = browser_of(practice)
    given = wanted(practice, client=str(ann.id), repeat="1w", times="4")
    single = wanted(practice, client=str(ann.id))
    in_a_week = (clock.now().astimezone(ZoneInfo(practice.timezone)) + timedelta(days=8)).date()
    browser.post("/calendar/book", single | {"day": in_a_week.isoformat()})
    before = len(booked(practice))

    refused = browser.post("/calendar/book", given).content.decode()

    assert "These have no room" in refused
    assert len(booked(practice)) == before
    browser.post("/calendar/book", given | {"skip": "on"})
    assert len(booked(practice)) == before + 3


@pytest.mark.parametrize(
    ("more", "field"), [({}, "times"), ({"times": "1"}, "times"), ({"until": "x"}, "until")]
)
def test_a_repeat_that_says_no_end_is_refused_at_its_field(
    more: dict[str, str], field: str
) -> None:
    practice = furnished()
    ann = make_client(practice)
    given = wanted(practice, client=str(ann.id), repeat="1w", **more)

    page = browser_of(practice).post("/calendar/book", given).content.decode()

    assert f'id="id_{field}_error"' in page


def test_people_are_found_as_one_types() -> None:
    practice = furnished()
    make_client(practice, "Ann", "Lee")
    make_client(make_practice(), "Ann", "Elsewhere")
    browser = browser_of(practice)

    assert "Ann Lee" in browser.get("/calendar/people?q=an+le").content.decode()
    assert "Elsewhere" not in browser.get("/calendar/people?q=ann").content.decode()
    assert "Ann" not in browser.get("/calendar/people?q=a").content.decode()


def test_whoever_may_not_book_sees_no_form() -> None:
    assert browser_of(make_practice(), Role.BILLER).get("/calendar/book").status_code == 403
