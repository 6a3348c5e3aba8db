"""Two who book at once, each on a connection of their own; and what the database itself refuses."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction

from carepost.appointments import booking
from carepost.appointments.models import Appointment, AppointmentChange, Practitioner
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_practice

if TYPE_CHECKING:
    from collections.abc import Callable

    from carepost.config.database import Database

TEN = datetime(2026, 3, 9, 14, tzinfo=UTC)


def apart(act: Callable[[], Any]) -> Any:
    """What an act gives, or the error it raises, on a connection that is closed afterwards."""
    try:
        return act()
    except Exception as error:
        return error
    finally:
        connections.close_all()


def wait_for_a_lock(database: Database) -> None:
    """Until a session waits for another's lock."""
    with psycopg.connect(database.admin, autocommit=True) as onlooker:
        for _ in range(500):
            row = onlooker.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            ).fetchone()
            if row and row[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_the_second_to_book_an_hour_waits_for_the_first_and_is_refused(
    clean_database: Database,
) -> None:
    practice = make_practice()
    client = make_client(practice)
    make_appointment(practice, client, practitioner="Dr Shaw", at=TEN - timedelta(days=1))
    ready = threading.Event()

    def first() -> Appointment:
        with acting_for(practice.id):
            visit = make_appointment(practice, client, practitioner="Dr Shaw", at=TEN)
            ready.set()
            wait_for_a_lock(clean_database)
        return visit

    def second() -> Appointment:
        assert ready.wait(10)
        return make_appointment(practice, client, practitioner="Dr Shaw", at=TEN)

    with ThreadPoolExecutor() as pool:
        booked, refused = pool.map(apart, [first, second])
    assert isinstance(booked, Appointment)
    assert isinstance(refused, Conflict)
    with acting_for(practice.id):
        assert list(Appointment.objects.filter(starts_at=TEN)) == [booked]


def test_an_hour_whose_first_booker_gives_up_goes_to_the_second(clean_database: Database) -> None:
    practice = make_practice()
    client = make_client(practice)
    make_appointment(practice, client, practitioner="Dr Shaw", at=TEN - timedelta(days=1))
    ready = threading.Event()

    def first() -> None:
        with acting_for(practice.id):
            make_appointment(practice, client, practitioner="Dr Shaw", at=TEN)
            ready.set()
            wait_for_a_lock(clean_database)
            raise RuntimeError

    def second() -> Appointment:
        assert ready.wait(10)
        return make_appointment(practice, client, practitioner="Dr Shaw", at=TEN)

    with ThreadPoolExecutor() as pool:
        gave_up, booked = pool.map(apart, [first, second])
    assert isinstance(gave_up, RuntimeError)
    assert isinstance(booked, Appointment)


def test_of_two_imported_at_once_into_one_hour_the_second_is_kept_and_flagged(
    clean_database: Database,
) -> None:
    practice = make_practice()
    client = make_client(practice)
    make_appointment(practice, client, practitioner="Dr Shaw", at=TEN - timedelta(days=1))
    ready = threading.Event()

    def imported() -> Appointment:
        return make_appointment(practice, client, practitioner="Dr Shaw", at=TEN, by_hand=False)

    def first() -> Appointment:
        with acting_for(practice.id):
            visit = imported()
            ready.set()
            wait_for_a_lock(clean_database)
        return visit

    def second() -> Appointment:
        assert ready.wait(10)
        return imported()

    with ThreadPoolExecutor() as pool:
        visits = list(pool.map(apart, [first, second]))
    assert [(v.exclusive, v.overlaps) for v in visits] == [(True, False), (False, True)]


def test_of_many_who_book_one_hour_with_one_new_practitioner_one_gets_it(
    clean_database: Database,
) -> None:
    practice = make_practice()
    client = make_client(practice)
    together = threading.Barrier(6)

    def one() -> Appointment:
        connection.ensure_connection()
        together.wait(10)
        return make_appointment(practice, client, practitioner="Dr New", at=TEN)

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(apart, [one] * 6))
    assert (
        sorted(type(outcome).__name__ for outcome in outcomes) == ["Appointment"] + ["Conflict"] * 5
    )
    with acting_for(practice.id):
        assert Practitioner.objects.count() == 1


def test_two_visits_that_swap_their_hours_at_once_leave_no_overlap(
    clean_database: Database,
) -> None:
    practice = make_practice()
    hours = [TEN, TEN + timedelta(hours=1)]
    visits = [make_appointment(practice, practitioner="Dr Shaw", at=at) for at in hours]
    together = threading.Barrier(2)

    def swap(n: int) -> Appointment:
        connection.ensure_connection()
        together.wait(10)
        return booking.move(practice.id, visits[n].id, SYSTEM, starts_at=hours[1 - n], now=NOW)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(apart, [lambda: swap(0), lambda: swap(1)]))
    assert all(isinstance(outcome, Conflict) for outcome in outcomes), outcomes


def test_a_move_and_a_cancel_at_once_each_have_a_sequence_of_their_own(
    clean_database: Database,
) -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=TEN)
    ready = threading.Event()

    def move() -> None:
        with acting_for(practice.id):
            booking.move(practice.id, visit.id, SYSTEM, starts_at=TEN + timedelta(hours=3), now=NOW)
            ready.set()
            wait_for_a_lock(clean_database)

    def cancel() -> None:
        assert ready.wait(10)
        booking.cancel(practice.id, visit.id, SYSTEM, now=NOW)

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(apart, [move, cancel])) == [None, None]
    with acting_for(practice.id):
        told = AppointmentChange.objects.order_by("sequence").values_list("sequence", "what")
        assert list(told) == [(0, "booked"), (1, "moved"), (2, "cancelled")]
        assert Appointment.objects.get().starts_at == TEN + timedelta(hours=3)


def raw_insert(visit: Appointment, **changed: Any) -> None:
    """Insert a copy of a visit by hand, past every function of ours."""
    values = {
        field.column: getattr(visit, field.attname) for field in Appointment._meta.local_fields
    } | changed
    with connection.cursor() as cursor:
        columns, holes = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
        cursor.execute(
            f"INSERT INTO appointments_appointment ({columns}) VALUES ({holes})",  # noqa: S608
            list(values.values()),
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.usefixtures("db")
class TestTheDatabaseItselfRefuses:
    def test_a_visit_in_anothers_time(self) -> None:
        from carepost.ground import ids

        practice = make_practice()
        visit = make_appointment(practice)
        with acting_for(practice.id):
            for changed in ({}, {"status": "confirmed"}):
                with (
                    pytest.raises(IntegrityError, match="appointment_no_double_booking"),
                    transaction.atomic(),
                ):
                    raw_insert(visit, id=ids.fresh(), **changed)
            raw_insert(visit, id=ids.fresh(), status="cancelled")
            raw_insert(visit, id=ids.fresh(), exclusive=False)

    @pytest.mark.parametrize("column", ["client_id", "type_id", "practitioner_id", "place_id"])
    def test_a_visit_of_another_practices_client_type_practitioner_or_place(
        self, column: str
    ) -> None:
        from carepost.ground import ids

        theirs = make_appointment(make_practice(), place="Main")
        practice = make_practice()
        visit = make_appointment(practice, place="Main")
        with (
            acting_for(practice.id),
            pytest.raises(IntegrityError, match="foreign key"),
            transaction.atomic(),
        ):
            raw_insert(visit, id=ids.fresh(), exclusive=False, **{column: getattr(theirs, column)})

    def test_a_visit_that_ends_before_it_starts(self) -> None:
        practice = make_practice()
        visit = make_appointment(practice)
        with acting_for(practice.id), pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.filter(id=visit.id).update(ends_at=visit.starts_at)
