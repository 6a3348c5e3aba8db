"""A practitioner limited to their own clients: what they see of others, which is nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carepost.appointments import catalogue
from carepost.appointments.models import Appointment, Practitioner
from carepost.ground import clock
from carepost.messaging import board
from carepost.people.models import Client
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Role
from carepost.practice.tenancy import acting_for
from carepost.web import permissions
from tests.web.desk import browser_of
from tests.web.everything import SURNAME
from tests.web.own import DOCTOR, OF_CLIENTS, OWN, OWN_FIRST, limited
from tests.web.walk import routes

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tests.web.own import Limited

pytestmark = pytest.mark.django_db


def around() -> str:
    today = clock.now().date()
    return f"start={today - timedelta(days=5)}&end={today + timedelta(days=6)}"


LISTS = [
    "/",
    "/find?q={name}",
    "/clients/",
    "/clients/?q={name}",
    "/calendar/people?q={name}",
    "/calendar/events?{around}",
    "/calendar/events?{around}&by=place",
    "/calendar/?day={tomorrow}",
    "/calendar/?day={tomorrow}&view=day",
    "/calendar/?day={tomorrow}&view=list",
    "/calendar/print?day={tomorrow}",
    "/calendar/book?client={client_id}",
    "/messages/",
    "/messages/?q={name}",
    "/messages/?state=failed",
    "/messages/?state=trouble",
]
"""Where names of clients stand, of whomever one may see."""


def text(answer: HttpResponse) -> str:
    return answer.getvalue().decode()


def asked(address: str, limit: Limited, *, own: bool) -> str:
    world = limit.own if own else limit.theirs
    tomorrow = (clock.now() + timedelta(days=1)).date()
    name = (OWN if own else SURNAME)[:5]  # a page says again what it was asked for
    return address.format(name=name, around=around(), tomorrow=tomorrow, **world.ids)


def test_no_url_shows_or_touches_what_is_of_somebody_elses_client() -> None:
    limit = limited()

    wrong = []
    for route in routes():
        address = route.of(limit.theirs)
        may = permissions.allows(Role.PRACTITIONER, route.scope)
        names_one = any(f":{name}>" in route.path for name in OF_CLIENTS)
        for answer in (limit.browser.get(address), limit.browser.post(address)):
            if names_one and answer.status_code != (404 if may else 403):
                wrong.append(f"{address}: {answer.status_code}")
            said = text(answer).replace(address, "")
            wrong += [f"{address}: {x}" for x in (SURNAME, *limit.foreign) if x in said]

    assert not wrong, "\n".join(wrong)


def test_what_is_not_theirs_and_what_is_not_there_are_told_in_the_same_words() -> None:
    limit = limited()

    for route in routes():
        names = [name for name in OF_CLIENTS if f":{name}>" in route.path]
        if names and permissions.allows(Role.PRACTITIONER, route.scope):
            address = route.of(limit.theirs)
            nowhere = address
            for name in names:
                nowhere = nowhere.replace(str(limit.theirs.ids[name]), str(uuid4()))
            assert text(limit.browser.get(address)) == text(limit.browser.get(nowhere)), route


def test_all_that_is_of_their_own_clients_opens() -> None:
    limit = limited()

    wrong = []
    for route in routes():
        if permissions.allows(Role.PRACTITIONER, route.scope) and route.path != "/design":
            answer = limit.browser.get(route.of(limit.own))
            if answer.status_code not in (200, 204, 302, 405):
                wrong.append(f"{route.path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    for path in ("clients:client", "clients:contact", "clients:edit"):
        assert OWN in text(limit.browser.get(reverse(path, args=[limit.own.ids["client_id"]])))


@pytest.mark.parametrize("address", LISTS)
def test_a_list_holds_their_own_clients_and_no_others(address: str) -> None:
    limit = limited()

    assert OWN in text(limit.browser.get(asked(address, limit, own=True)))
    for own in (True, False):
        where = asked(address, limit, own=own)
        said = text(limit.browser.get(where))
        assert SURNAME not in said
        assert not [one for one in limit.foreign if one in said and one not in where]


@pytest.mark.parametrize("address", LISTS)
def test_a_practice_that_does_not_limit_them_shows_them_everybody(address: str) -> None:
    limit = limited(on=False)
    assert SURNAME in text(limit.browser.get(asked(address, limit, own=False)))


def test_others_who_work_there_see_everybody_at_no_statement_more() -> None:
    limit = limited(on=False)
    desk = browser_of(limit.own.practice, Role.FRONT_DESK)
    pages = [reverse("clients:client", args=[limit.own.ids["client_id"]])]
    pages += ["/", "/clients/", "/messages/", "/calendar/", "/rules/", "/find?q=Qui"]

    def statements() -> list[int]:
        found = []
        for page in pages:
            desk.get(page)
            with CaptureQueriesContext(connection) as caught:
                assert desk.get(page).status_code == 200
            found.append(len(caught))
        return found

    before = statements()
    settings.change(limit.own.practice.id, SYSTEM, own_clients_only=True)

    assert statements() == before
    assert SURNAME in text(desk.get("/clients/"))


def test_the_export_has_their_own_clients_messages_alone() -> None:
    limit = limited()
    rows = text(limit.browser.get("/messages/export")).splitlines()[1:]
    assert len(rows) == 2
    assert all(str(limit.own.ids["client_id"]) in row for row in rows)


def test_what_is_counted_and_drawn_is_of_their_own_clients() -> None:
    limit = limited()
    practice, now, me = limit.own.practice, clock.now(), limit.member_id
    with acting_for(practice.id):
        own = board.Filter(own_of=me)
        assert board.counts(practice.id, own) == {"planned": 1, "failed": 1}
        flow = board.flow(practice.id, now, own_of=me)
        assert [each.messages for each in flow.leaving] == [1]
        assert flow.last_hour == {"failed": 1}
        days = board.days(practice.id, now, ZoneInfo("America/New_York"), own_of=me)
        assert sum(each.messages for each in days) <= 2
        assert {each.status for each in days} <= {"planned", "failed"}
        (counted,) = board.forecast(practice.id, now, own_of=me).values()
        assert (counted.left, counted.will) == (0, 1)
        found = board.needs(practice.id, now, own_of=me)
        assert {need.client_id for need in found.rows} == {limit.own.ids["client_id"]}
        # The same, of everybody, is more: so it is the limit that makes it less.
        assert sum(board.counts(practice.id).values()) > 2
        assert sum(each.messages for each in board.flow(practice.id, now).leaving) > 1
        assert board.needs(practice.id, now).total > found.total


def test_a_preview_is_filled_with_a_visit_of_their_own_client() -> None:
    limit = limited()
    asked_for = {"kind": "appointment_reminder", "body": "[{{ client.first_name }}]"}
    assert f"[{OWN_FIRST}]" in text(limit.browser.get("/rules/preview", asked_for))
    desk = browser_of(limit.own.practice, Role.FRONT_DESK)
    assert f"[{OWN_FIRST}]" not in text(desk.get("/rules/preview", asked_for))


@pytest.mark.parametrize("page", ["/", "/clients/", "/messages/", "/calendar/", "/rules/"])
def test_a_practitioner_who_is_linked_to_nobody_sees_nobody_and_is_told_why(page: str) -> None:
    limit = limited(linked=False)
    said = text(limit.browser.get(page))
    assert "Ask an owner to link you to a practitioner in Settings" in said
    assert SURNAME not in said
    assert OWN not in said
    assert "Ask an owner to link you" not in text(limited().browser.get(page))


def test_a_practitioner_who_is_linked_to_nobody_books_nobody() -> None:
    limit = limited(linked=False)
    for answer in (limit.browser.get("/calendar/book"), book(limit, first_name="Neu")):
        assert answer.status_code == 409
        assert "Ask an owner to link you to one in Settings" in text(answer)
    assert not made("Neu")


def book(limit: Limited, **given: str) -> HttpResponse:
    """Book in five days, with the practitioner themselves unless said otherwise."""
    ids = limit.own.ids
    day = clock.now().date() + timedelta(days=5)
    usual = {"type": str(ids["type_id"]), "practitioner": str(ids["practitioner_id"])}
    form = usual | {"day": day.isoformat(), "time": "10:00", "minutes": "30"} | given
    return limit.browser.post("/calendar/book", form)


def made(first_name: str) -> list[Client]:
    return list(Client.objects.filter(first_name=first_name))


def test_somebody_new_is_booked_with_them_and_is_theirs_from_then_on() -> None:
    limit = limited()
    asks = limit.browser.get("/clients/new")
    assert (asks.status_code, asks["Location"]) == (302, "/calendar/book")
    limit.browser.post("/clients/new", {"first_name": "Neu"})
    with acting_for(limit.own.practice.id):
        assert not made("Neu")

    answer = book(limit, first_name="Neu", last_name="Ankunft", phone="+12125550177")

    assert answer.status_code == 302
    assert "Ankunft" in text(limit.browser.get(answer["Location"]))
    assert "Ankunft" in text(limit.browser.get("/clients/"))


def test_nobody_elses_client_is_booked_and_none_with_somebody_else() -> None:
    limit = limited()
    ids, practice = limit.own.ids, limit.own.practice
    other = str(limit.theirs.ids["practitioner_id"])
    with acting_for(practice.id):
        before = Appointment.objects.count()

    tried = [
        book(limit, client=str(limit.theirs.ids["client_id"])),
        book(limit, client=str(ids["client_id"]), practitioner=other),
        book(limit, client=str(ids["client_id"]), practitioner="Dr Newly Named"),
        book(limit, first_name="Neu", practitioner=other),
    ]

    assert [answer.status_code for answer in tried] == [200] * 4
    assert not [1 for answer in tried if SURNAME in text(answer)]
    with acting_for(practice.id):
        assert Appointment.objects.count() == before
        assert not made("Neu")
        assert not Practitioner.objects.filter(name="Dr Newly Named").exists()
    assert book(limit, client=str(ids["client_id"])).status_code == 302


def test_their_visits_move_in_time_and_stay_with_their_practitioner() -> None:
    limit = limited()
    visit_id, other = limit.own.ids["appointment_id"], limit.theirs.ids["practitioner_id"]
    me = str(limit.own.ids["practitioner_id"])
    put = reverse("calendar:put", args=[visit_id])
    start = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT09:00")

    refused = limit.browser.post(put, {"practitioner": str(other)}, headers={"HX-Target": "strip"})
    moved = limit.browser.post(put, {"start": start, "practitioner": me})
    form = {"day": start[:10], "time": "11:00", "minutes": "30", "practitioner": str(other)}
    limit.browser.post(
        reverse("calendar:move", args=[visit_id]), form | {"type": str(limit.own.ids["type_id"])}
    )

    assert (refused.status_code, moved.status_code) == (409, 302)
    with acting_for(limit.own.practice.id):
        visit = Appointment.objects.get(id=visit_id)
        assert visit.practitioner_id == limit.own.ids["practitioner_id"]
        assert visit.local_time.hour == 9


def test_a_cancelled_visits_client_is_theirs_still_so_that_it_can_be_undone() -> None:
    limit = limited()
    visit_id = limit.own.ids["appointment_id"]
    limit.browser.post(reverse("calendar:cancel", args=[visit_id]))
    assert OWN in text(limit.browser.get("/clients/"))
    assert limit.browser.post(reverse("calendar:reopen", args=[visit_id])).status_code == 302
    with acting_for(limit.own.practice.id):
        assert Appointment.objects.get(id=visit_id).status == "booked"


def test_an_owner_limits_practitioners_and_links_one_to_a_member_on_the_settings_pages() -> None:
    limit = limited(linked=False, on=False)
    owner, practice = browser_of(limit.own.practice), limit.own.practice
    shown = owner.get("/settings/practice").context["form"].initial
    answer = owner.post("/settings/practice", {**shown, "own_clients_only": "on"})
    assert answer.status_code == 302, answer.context["form"].errors
    page = reverse("settings:practitioner", args=[limit.own.ids["practitioner_id"]])
    assert f'value="{limit.member_id}"' in text(owner.get(page))
    assert SURNAME not in text(limit.browser.get("/clients/"))

    owner.post(page, {"name": DOCTOR, "member_id": str(limit.member_id)})

    assert OWN in text(limit.browser.get("/clients/"))
    assert f"Signs in as {DOCTOR}" in text(owner.get(reverse("settings:catalogue")))
    with acting_for(practice.id):
        mine = Practitioner.objects.get(member_id=limit.member_id)
        assert mine.name == DOCTOR
    owner.post(page, {"name": DOCTOR, "member_id": ""})
    assert OWN not in text(limit.browser.get("/clients/"))


def test_a_member_is_one_practitioner_and_the_form_says_so() -> None:
    limit = limited()
    other = catalogue.add(Practitioner, limit.own.practice.id, SYSTEM, name="Dr Second")
    page = reverse("settings:practitioner", args=[other.id])
    answer = browser_of(limit.own.practice).post(
        page, {"name": "Dr Second", "member_id": str(limit.member_id)}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors["member_id"]
