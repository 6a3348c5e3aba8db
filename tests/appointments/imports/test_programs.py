"""The shapes that other practice programs export, each imported whole and imported again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from carepost.practice.tenancy import acting_for
from tests.appointments.imports.files_of import bring, traces, visits
from tests.builders import make_practice

FILES = Path(__file__).parent / "files"
NEW_YORK = datetime(2026, 3, 9, 13, tzinfo=UTC)  # 09:00, the day after its clocks went forward
MELBOURNE = datetime(2026, 3, 8, 22, tzinfo=UTC)
AU = {"country": "AU", "timezone": "Australia/Melbourne", "date_order": "DMY"}
PROGRAMS = {
    "acuity": ({}, ["booked", "booked", "booked"]),
    "cliniko": ({}, ["no_show", "booked", "booked"]),
    "simplepractice": ({}, ["no_show", "booked", "booked"]),
    "jane": ({}, ["done", "booked", "confirmed"]),
    "therapynotes": ({}, ["booked", "confirmed"]),
    "square": ({}, ["booked", "booked"]),
    "power_diary": (AU, ["booked", "confirmed"]),
    "nookal": (AU, ["no_show", "confirmed", "booked"]),
    "halaxy": (AU, ["booked", "confirmed"]),
}


@pytest.mark.django_db
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_export_of_a_practice_program_is_imported_and_the_same_file_changes_nothing(
    program: str,
) -> None:
    settings, statuses = PROGRAMS[program]
    practice = make_practice(**settings)
    content = (FILES / f"{program}.csv").read_bytes()

    done = bring(practice, content, source=program)

    assert (done.refused, [e for e in done.report if e["fate"] == "refuse"]) == (0, [])
    there = visits(practice)
    assert [visit.status for visit in there] == statuses
    first = MELBOURNE if settings else NEW_YORK
    at_nine = next(visit for visit in there if visit.starts_at == first)
    assert (at_nine.client.first_name, at_nine.client.last_name) == ("Ann", "Field")
    assert at_nine.local_time.hour == 9
    assert "Lind" in at_nine.practitioner.name
    with acting_for(practice.id):
        assert len({visit.client_id for visit in there}) == 2

    before = traces(practice)
    again = bring(practice, content, source=program)
    assert (again.unchanged, again.rows) == (done.rows, done.rows)
    assert traces(practice) == before
