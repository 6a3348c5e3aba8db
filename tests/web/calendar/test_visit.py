"""A visit's page: what it says, what may be done there, and what is said back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carepost.appointments import booking, series
from carepost.appointments.models import Appointment
from carepost.appointments.recurrence import Repeat
from carepost.ground import clock
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Role
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client, make_practice
from tests.web.desk import browser_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse
    from django.test import Client as Browser

    from carepost.practice.models import Practice

pytestmark = pytest.mark.django_db
DRAWER = {"HX-Request": "true", "HX-Target": "drawer"}
STRIP = {"HX-Request": "true", "HX-Target": "strip"}


def soon(days: float = 3) -> datetime:
    """A round moment so many days ahead."""
    return (clock.now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


def now_is(practice: Practice, visit: Appointment) -> Appointment:
    with acting_for(practice.id):
        return Appointment.objects.get(id=visit.id)


def press(browser: Browser, visit: Appointment, act: str, **given: object) -> HttpResponse:
    """POST one act about a visit, and follow to the page."""
    return browser.post(f"/calendar/{visit.id}/{act}", given, follow=True)


def said(answer: HttpResponse) -> list[str]:
    return [toast.sentence for toast in answer.context["toasts"]]


def test_a_visit_is_told_in_words_and_offers_what_fits() -> None:
    practice = make_practice()
    visit = make_appointment(
        practice, make_client(practice, "Ann", "Lee"), at=soon(), practitioner="Dr Ito",
        place="North", now=clock.now(),
    )  # fmt: skip

    page = browser_of(practice).get(f"/calendar/{visit.id}").content.decode()

    for words in ("Ann Lee", "Dr Ito", "North", "No answer yet", "30 minutes", "Confirm", "Cancel"):
        assert words in page
    assert "Reopen" not in page
    assert "Did not come" not in page


def test_beside_the_page_it_comes_alone() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), now=clock.now())

    page = browser_of(practice).get(f"/calendar/{visit.id}", headers=DRAWER).content.decode()

    assert "<html" not in page
    assert 'hx-target="#drawer"' in page


@pytest.mark.parametrize(
    ("act", "status", "sentence"),
    [("confirm", "confirmed", "Confirmed."), ("cancel", "cancelled", "Visit cancelled.")],
)
def test_an_act_is_done_said_and_undone(act: str, status: str, sentence: str) -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), now=clock.now())
    browser = browser_of(practice)

    answer = press(browser, visit, act)

    assert now_is(practice, visit).status == status
    assert said(answer) == [sentence]
    browser.post(answer.context["toasts"][0].undo)
    assert now_is(practice, visit).status == "booked"


def test_who_is_here_was_seen_or_did_not_come_is_marked_and_taken_back() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(-0.1), now=clock.now() - timedelta(days=1))
    browser = browser_of(practice)

    assert "Waiting room" in press(browser, visit, "mark/arrived").content.decode()
    assert now_is(practice, visit).arrived_at is not None
    press(browser, visit, "unmark/arrived")
    assert now_is(practice, visit).arrived_at is None
    press(browser, visit, "mark/no_show")
    assert now_is(practice, visit).status == "no_show"
    press(browser, visit, "mark/done")
    assert now_is(practice, visit).status == "done"


def test_what_cannot_be_done_is_said_on_the_page_and_changes_nothing() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), practitioner="Dr Ito", now=clock.now())
    browser = browser_of(practice)
    press(browser, visit, "cancel")
    make_appointment(practice, at=soon(), practitioner="Dr Ito", now=clock.now())

    answer = press(browser, visit, "reopen")

    assert answer.status_code == 200
    assert "another visit at that time" in said(answer)[-1]
    assert now_is(practice, visit).status == "cancelled"


def test_a_drag_moves_and_answers_with_the_strip_and_its_undo_puts_back() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), practitioner="Dr Ito", now=clock.now())
    make_appointment(practice, at=soon(9), practitioner="Dr Ode", now=clock.now())
    other = Appointment.objects
    browser = browser_of(practice)
    with acting_for(practice.id):
        ode = other.exclude(id=visit.id).get().practitioner_id
    wall = (visit.starts_at + timedelta(hours=2)).astimezone(zone(practice))

    answer = browser.post(
        f"/calendar/{visit.id}/put",
        {"start": wall.strftime("%Y-%m-%dT%H:%M"), "practitioner": str(ode)},
        headers=STRIP, follow=True,
    )  # fmt: skip

    assert "visit moved" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    moved = now_is(practice, visit)
    assert (moved.starts_at, moved.practitioner_id) == (wall, ode)
    undo = answer.context["said"][0].undo
    assert urlsplit(undo).path == f"/calendar/{visit.id}/put"
    browser.post(undo, headers=STRIP)
    back = now_is(practice, visit)
    assert (back.starts_at, back.practitioner_id) == (visit.starts_at, visit.practitioner_id)


def zone(practice: Practice):
    from zoneinfo import ZoneInfo

    return ZoneInfo(practice.timezone)


def test_an_edge_dragged_gives_another_length_and_the_time_stays() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), now=clock.now())

    browser_of(practice).post(f"/calendar/{visit.id}/put", {"minutes": "45"}, headers=STRIP)

    longer = now_is(practice, visit)
    assert longer.starts_at == visit.starts_at
    assert longer.ends_at - longer.starts_at == timedelta(minutes=45)
    assert longer.sequence == visit.sequence


def test_a_refused_drag_is_answered_by_the_sentence_alone() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), practitioner="Dr Ito", now=clock.now())
    taken = make_appointment(practice, at=soon(4), practitioner="Dr Ito", now=clock.now())
    wall = taken.starts_at.astimezone(zone(practice))

    answer = browser_of(practice).post(
        f"/calendar/{visit.id}/put", {"start": wall.strftime("%Y-%m-%dT%H:%M")}, headers=STRIP
    )

    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode().startswith("The practitioner has another visit")
    assert now_is(practice, visit).starts_at == visit.starts_at


@pytest.mark.parametrize("given", [{"start": "soon"}, {"minutes": "0"}, {"place": "x" * 200}])
def test_a_drag_to_nowhere_is_refused(given: dict[str, str]) -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), now=clock.now())

    answer = browser_of(practice).post(f"/calendar/{visit.id}/put", given, headers=STRIP)

    assert answer.status_code == 409
    assert now_is(practice, visit).sequence == visit.sequence


def test_the_form_changes_what_differs_and_keeps_what_was_written_where_refused() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), practitioner="Dr Ito", now=clock.now())
    taken = make_appointment(practice, at=soon(4), practitioner="Dr Ito", now=clock.now())
    browser = browser_of(practice)
    local = taken.starts_at.astimezone(zone(practice))
    given = {
        "type": str(visit.type_id), "practitioner": str(visit.practitioner_id),
        "day": local.strftime("%Y-%m-%d"), "time": local.strftime("%H:%M"), "minutes": "40",
    }  # fmt: skip

    refused = browser.post(f"/calendar/{visit.id}/move", given)

    assert refused.status_code == 200
    assert "another visit" in refused.content.decode()
    assert 'value="40"' in refused.content.decode()
    given["time"] = (local + timedelta(hours=1)).strftime("%H:%M")
    assert browser.post(f"/calendar/{visit.id}/move", given).status_code == 302
    moved = now_is(practice, visit)
    assert moved.starts_at == taken.starts_at + timedelta(hours=1)
    assert moved.ends_at - moved.starts_at == timedelta(minutes=40)


def test_of_a_series_those_meant_are_cancelled_and_opened_again_together() -> None:
    practice = make_practice()
    client = make_client(practice)
    visits = series.book(
        practice.id, SYSTEM, client_id=client.id, type="Check-up", practitioner="Dr Ito",
        starts_at=soon(), minutes=30, repeat=Repeat("weekly", count=4), now=clock.now(),
    ).visits  # fmt: skip
    browser = browser_of(practice)

    answer = press(browser, visits[1], "cancel", scope="following")

    assert said(answer) == ["3 visits cancelled."]
    assert [now_is(practice, visit).status for visit in visits] == ["booked"] + ["cancelled"] * 3
    browser.post(answer.context["toasts"][0].undo)
    assert [now_is(practice, visit).status for visit in visits] == ["booked"] * 4


def test_whoever_may_only_look_is_offered_nothing_and_does_nothing() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), now=clock.now())
    browser = browser_of(practice, Role.BILLER)

    assert "Cancel visit" not in browser.get(f"/calendar/{visit.id}").content.decode()
    for act in ("cancel", "confirm", "put", "mark/arrived", "tell/not", "move"):
        assert browser.post(f"/calendar/{visit.id}/{act}").status_code == 403
    assert now_is(practice, visit).status == "booked"


def test_another_practices_visit_is_not_there() -> None:
    visit = make_appointment(make_practice(), at=soon(), now=clock.now())
    browser = browser_of(make_practice())

    for act in ("", "/move", "/telling"):
        answer = browser.get(f"/calendar/{visit.id}{act}", headers={"HX-Request": "true"})
        assert answer.status_code == 404
    assert browser.post(f"/calendar/{visit.id}/cancel").status_code == 404


def test_as_many_statements_for_a_visit_with_many_changes_as_for_a_new_one() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=soon(), now=clock.now())
    browser = browser_of(practice)
    browser.get(f"/calendar/{visit.id}")  # the first visit of a session writes it
    counts = []
    for times in (0, 12):
        for hour in range(times):
            booking.move(
                practice.id, visit.id, SYSTEM, starts_at=soon(5) + timedelta(hours=hour),
                now=clock.now(),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/calendar/{visit.id}")
        counts.append(len(queries))
    assert counts[0] == counts[1]
