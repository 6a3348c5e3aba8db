"""An import on real connections: watched, killed in the middle, raced by bookings and by itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connection

from carepost.appointments import imports
from carepost.appointments.imports import applying, writing
from carepost.appointments.models import Import
from carepost.people.models import Client
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.appointments.imports.files_of import a_file, a_row, bring, check, told, traces, visits
from tests.builders import NOW, make_appointment, make_practice

if TYPE_CHECKING:
    from carepost.config.database import Database
    from carepost.practice.models import Practice

pytestmark = pytest.mark.usefixtures("clean_database")
ROWS = 40


def many() -> bytes:
    return a_file(
        *(
            a_row(
                id="" if n % 2 else f"V-{n}",
                date=f"03/{10 + n // 8:02}/2026",
                time=f"{9 + n % 8}:00",
                first=f"P{n % 15}",
                phone=f"202555{100 + n % 15:04}",
            )
            for n in range(ROWS)
        )
    )


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "BATCH_ROWS", 8)


def brought_once(practice: Practice) -> bool:
    with acting_for(practice.id):
        clients = Client.objects.filter(practice=practice).count()
        done = Import.objects.get(practice=practice)
    return (len(visits(practice)), len(told(practice)), clients) == (ROWS, ROWS, 15) and (
        done.status,
        done.done,
        done.created,
    ) == ("done", ROWS, ROWS)


@pytest.mark.parametrize("dies_at", [1, 2, 5])
def test_an_import_killed_in_a_batch_is_finished_by_running_it_again(
    dies_at: int, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    practice = make_practice()
    checked = check(practice, many())
    real, calls = writing.write, []

    def dying(*given: object) -> object:
        calls.append(1)
        if len(calls) == dies_at:
            raise KeyboardInterrupt
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "write", dying)
    with pytest.raises(KeyboardInterrupt):
        imports.apply(practice.id, checked.id, SYSTEM, NOW)
    with psycopg.connect(database.admin) as another:
        seen = another.execute("SELECT done, created FROM appointments_import").fetchone()
    assert seen == (8 * (dies_at - 1), 8 * (dies_at - 1) or checked.created)
    monkeypatch.setattr(writing, "write", real)

    imports.apply(practice.id, checked.id, SYSTEM, NOW)

    assert brought_once(practice)
    before = traces(practice)
    assert imports.apply(practice.id, checked.id, SYSTEM, NOW).done == ROWS
    assert bring(practice, many()).unchanged == ROWS
    assert traces(practice) == before


def test_two_who_carry_out_one_import_at_once_bring_each_visit_once() -> None:
    practice = make_practice()
    checked = check(practice, many())
    failures: list[BaseException] = []

    def carry_out() -> None:
        try:
            imports.apply(practice.id, checked.id, SYSTEM, NOW)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    both = [threading.Thread(target=carry_out) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)

    assert failures == []
    assert brought_once(practice)


def test_a_visit_booked_by_hand_in_the_middle_of_a_batch_makes_the_imported_one_overlap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    practice = make_practice()
    bring(practice, a_file(a_row(id="V-0", time="8:00")))
    checked = check(practice, a_file(a_row()))
    real = applying._Run._lock_practitioners
    at_nine = visits(practice)[0].starts_at.replace(hour=13)

    def booked_meanwhile(run: applying._Run, *given: object) -> None:
        # As if the practitioner's lock were not taken: the constraint is the guard that is left.
        monkeypatch.setattr(applying._Run, "_lock_practitioners", real)

        def book() -> None:
            make_appointment(practice, at=at_nine, practitioner="Dr Lind")
            connection.close()

        flag = applying.overlaps.flag

        def flag_then_book(*args: object) -> None:
            monkeypatch.setattr(applying.overlaps, "flag", flag)
            flag(*args)  # type: ignore[arg-type]
            hand = threading.Thread(target=book)
            hand.start()
            hand.join(30)

        monkeypatch.setattr(applying.overlaps, "flag", flag_then_book)

    monkeypatch.setattr(applying._Run, "_lock_practitioners", booked_meanwhile)

    done = imports.apply(practice.id, checked.id, SYSTEM, NOW)

    assert (done.status, done.created) == ("done", 1)
    by_id = {v.external_id: v.overlaps for v in visits(practice)}
    assert by_id == {"V-0": False, "V-1": True, "": False}
