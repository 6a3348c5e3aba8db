"""Files for tests, and an import of them from start to end."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from carepost.appointments import imports
from carepost.appointments.models import Appointment, AppointmentChange, Import
from carepost.practice.audit import SYSTEM
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.builders import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.practice.models import Practice

COLUMNS = {
    "id": "Appointment ID", "date": "Date", "time": "Time", "minutes": "Minutes",
    "client": "Client ID", "first": "First name", "last": "Last name", "born": "Date of birth",
    "phone": "Mobile phone", "email": "Email", "type": "Appointment type",
    "practitioner": "Practitioner", "place": "Location", "status": "Status",
}  # fmt: skip
ROW = {
    "id": "V-1", "date": "03/09/2026", "time": "9:00 AM", "minutes": "30", "first": "Ann",
    "last": "Field", "phone": "(202) 555-0101", "type": "Check-up", "practitioner": "Dr Lind",
}  # fmt: skip


def a_row(**cells: str) -> dict[str, str]:
    """A row; `cells` by the keys of COLUMNS, all else chosen."""
    return {**ROW, **cells}


def a_file(*rows: dict[str, str]) -> bytes:
    """The rows as CSV, with the columns that any of them has."""
    keys = [key for key in COLUMNS if any(key in row for row in rows)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([COLUMNS[key] for key in keys])
    writer.writerows([[row.get(key, "") for key in keys] for row in rows])
    return out.getvalue().encode()


def check(practice: Practice, content: bytes, now: datetime = NOW, **others: Any) -> Import:
    others = {"source": "program", "file_name": "visits.csv", **others}
    return imports.check(practice.id, SYSTEM, content=content, now=now, **others)


def bring(practice: Practice, content: bytes, now: datetime = NOW, **others: Any) -> Import:
    """Check a file and carry it out."""
    checked = check(practice, content, now, **others)
    return imports.apply(practice.id, checked.id, SYSTEM, now)


def visits(practice: Practice) -> list[Appointment]:
    with acting_for(practice.id):
        return list(
            Appointment.objects.filter(practice=practice)
            .select_related("client", "type", "practitioner", "place")
            .order_by("starts_at", "id")
        )


def told(practice: Practice) -> list[tuple[int, str, bool]]:
    """The changes clients may be told of, sorted: sequence, what, and whether they are."""
    with acting_for(practice.id):
        rows = AppointmentChange.objects.filter(practice=practice).order_by(
            "sequence", "what", "tell"
        )
        return list(rows.values_list("sequence", "what", "tell"))


def traces(practice: Practice) -> tuple[int, int, list[tuple[int, str]]]:
    """What a change leaves: how many audit entries and planner's touches, and the visits' state."""
    with acting_for(practice.id):
        return (
            AuditEntry.objects.filter(practice=practice).count(),
            Replan.objects.filter(practice=practice).count(),
            [(visit.sequence, visit.status) for visit in visits(practice)],
        )


def fates(done: Import) -> list[tuple[int | None, str]]:
    return [(entry["row"], entry["fate"]) for entry in done.report]
