"""A client archived: not while visits lie ahead, and then not booked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carepost.appointments import archiving, booking
from carepost.people import register
from carepost.people.models import Client
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound
from carepost.practice.tenancy import acting_for
from tests.appointments.imports.files_of import a_file, a_row, bring
from tests.builders import NOW, make_appointment, make_client, make_practice

pytestmark = pytest.mark.usefixtures("db")


def test_it_is_refused_while_visits_lie_ahead() -> None:
    visit = make_appointment(make_practice())
    ask = (visit.practice_id, visit.client_id, SYSTEM)
    with pytest.raises(Conflict, match="visits ahead"):
        archiving.archive(*ask, NOW)
    with acting_for(visit.practice_id):
        assert Client.objects.get().archived_at is None
    booking.cancel(visit.practice_id, visit.id, SYSTEM, now=NOW)
    assert archiving.archive(*ask, NOW).archived_at == NOW


def test_visits_behind_do_not_matter() -> None:
    visit = make_appointment(make_practice())
    later = visit.starts_at + timedelta(hours=1)
    assert archiving.archive(visit.practice_id, visit.client_id, SYSTEM, later).archived_at == later


def test_an_archived_client_is_not_booked_for_until_restored() -> None:
    practice = make_practice()
    client = make_client(practice)
    archiving.archive(practice.id, client.id, SYSTEM, NOW)
    with pytest.raises(Conflict) as refused:
        make_appointment(practice, client)
    assert refused.value.field == "client_id"
    register.restore_client(practice.id, client.id, SYSTEM)
    make_appointment(practice, client)


def test_whom_another_program_books_a_visit_for_is_back() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row(status="Cancelled"), a_row(id="V-2", time="10:00")))
    with acting_for(practice.id):
        client = Client.objects.get()
    later = NOW + timedelta(days=30)
    archiving.archive(practice.id, client.id, SYSTEM, later)
    bring(practice, a_file(a_row(id="V-3", date="05/11/2026")), now=later)
    with acting_for(practice.id):
        assert Client.objects.get().archived_at is None


def test_another_practices_client_is_not_found() -> None:
    client = make_client(make_practice())
    with pytest.raises(NotFound):
        archiving.archive(make_practice().id, client.id, SYSTEM, NOW)
