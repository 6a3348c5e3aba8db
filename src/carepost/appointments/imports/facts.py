"""What the practice has already of what a file tells of: clients, visits, types and the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from carepost.appointments.imports.fates import Visit
from carepost.appointments.imports.persons import Known, Register
from carepost.appointments.models import AppointmentType, Place, Practitioner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kinds:
    """The practice's types, practitioners and places, by name."""

    types: dict[str, tuple[UUID, int, bool]]  # id, minutes, allows double booking
    practitioners: dict[str, UUID]
    places: dict[str, tuple[UUID, str]]  # id, zone


def kinds(practice_id: UUID) -> Kinds:
    """Those there are."""
    mine = {"practice_id": practice_id}
    return Kinds(
        {
            name: (id_, minutes, allows)
            for name, id_, minutes, allows in AppointmentType.objects.filter(**mine).values_list(
                "name", "id", "minutes", "allows_double_booking"
            )
        },
        dict(Practitioner.objects.filter(**mine).values_list("name", "id")),
        {
            name: (id_, zone)
            for name, id_, zone in Place.objects.filter(**mine).values_list(
                "name", "id", "timezone"
            )
        },
    )


def register(
    practice_id: UUID, source: str, names: Collection[str], also: Collection[UUID]
) -> Register:
    """The clients of those names (casefolded), of this source, and those whose ids are `also`."""
    found: dict[UUID, Known] = {}
    for id_, first, last, birth, origin, external_id in _rows(
        "SELECT id, first_name, last_name, birth_date, source, external_id FROM people_client"
        " WHERE practice_id = %s ORDER BY id",
        [practice_id],
    ):
        # Compared here: what PostgreSQL takes for the same letter depends on its locale.
        name = f"{first} {last}".strip().casefold()
        if name in names or id_ in also or (external_id and origin == source):
            found[id_] = Known(id_, name, birth, origin, external_id)
    for client, system, value, rank in _rows(
        "SELECT client_id, system, value, rank FROM people_contactpoint"
        " WHERE practice_id = %s AND client_id = ANY(%s) ORDER BY id",
        [practice_id, list(found)],
    ):
        found[client].points[system, value] = rank
    return Register(source, found.values())


def clients_of_visits(practice_id: UUID, source: str) -> dict[str, UUID]:
    """Whose each visit of a source is, by the visit's id there."""
    return dict(
        _rows(
            "SELECT external_id, client_id FROM appointments_appointment"
            " WHERE practice_id = %s AND source = %s AND external_id <> ''",
            [practice_id, source],
        )
    )


_VISIT = """
SELECT a.id, a.external_id, a.client_id, t.name, d.name, coalesce(l.name, ''), a.starts_at,
       a.ends_at, a.status, a.sequence, a.imported_as, a.zone
FROM appointments_appointment a
JOIN appointments_appointmenttype t ON t.practice_id = a.practice_id AND t.id = a.type_id
JOIN appointments_practitioner d ON d.practice_id = a.practice_id AND d.id = a.practitioner_id
LEFT JOIN appointments_place l ON l.practice_id = a.practice_id AND l.id = a.place_id
WHERE a.practice_id = %s AND a.source = %s AND a.external_id <> ''
"""
# In the order of their ids: two imports that lock the same visits do not lock each other out.
_LOCKED = " ORDER BY a.id FOR NO KEY UPDATE OF a"


def visits(
    practice_id: UUID, source: str, external_ids: Iterable[str], *, lock: bool = False
) -> dict[str, Visit]:
    """The visits of these ids, by id there; locked until the transaction ends where `lock`."""
    rows = _rows(
        _VISIT + " AND a.external_id = ANY(%s)" + (_LOCKED if lock else ""),
        [practice_id, source, list(external_ids)],
    )
    return {row[1]: Visit(*row) for row in rows}


def missing(
    practice_id: UUID,
    source: str,
    present: Collection[str],
    span: tuple[datetime, datetime],
    now: datetime,
    *,
    lock: bool = False,
) -> list[Visit]:
    """The source's visits ahead within `span` that the file has no more, in order of their ids."""
    rows = _rows(
        _VISIT
        + " AND a.status IN ('booked', 'confirmed') AND a.starts_at > %s"
        + " AND a.starts_at >= %s AND a.starts_at < %s"
        + (_LOCKED if lock else " ORDER BY a.id"),
        [practice_id, source, now, *span],
    )
    return [Visit(*row) for row in rows if row[1] not in present]


# `Any`: a row's values are what its columns hold.
def _rows(sql: str, arguments: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        rows: list[Any] = cursor.fetchall()
    return rows
