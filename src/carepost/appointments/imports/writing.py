"""The visits that a batch of an import writes: few statements, however many they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from carepost.appointments import local_time
from carepost.appointments.imports.fates import AHEAD
from carepost.appointments.imports.rows import insert
from carepost.appointments.models import Appointment, AppointmentChange
from carepost.ground import ids
from carepost.people.models import Client
from carepost.practice import audit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Fate
    from carepost.practice.models import Practice

_AUDITED = {"create": "book", "move": "move", "cancel": "cancel", "change": "change"}


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told of what was booked: all, or those clients alone. What moved is always told."""

    all: bool
    clients: frozenset[UUID] = frozenset()


_UPDATE = """
UPDATE appointments_appointment a
SET type_id = n.type, practitioner_id = n.practitioner, place_id = n.place,
    local_date = n.local_date, local_time = n.local_time, zone = n.zone,
    starts_at = n.starts_at, ends_at = n.ends_at, status = n.status, sequence = n.sequence,
    scheduled_at = CASE WHEN n.anew THEN %s ELSE a.scheduled_at END,
    exclusive = CASE WHEN n.placed THEN n.exclusive ELSE a.exclusive END,
    "overlaps" = CASE WHEN n.placed THEN n.overlaps ELSE a.overlaps END,
    imported_as = n.imported_as
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::date[],
            %s::time[], %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::bool[],
            %s::bool[], %s::text[], %s::bool[], %s::bool[])
     AS n (id, type, practitioner, place, starts_at, local_date, local_time, zone, sequence,
           ends_at, status, exclusive, "overlaps", imported_as, anew, placed)
WHERE a.practice_id = %s AND a.id = n.id
"""
# A visit's time taken back before it is given another: in one statement two that change places
# would stand in each other's way, for an exclusion constraint looks at each row as it is written.
_VACATE = """
UPDATE appointments_appointment SET exclusive = false
WHERE practice_id = %s AND id = ANY (%s) AND exclusive
"""
_KEEP_WORD = """
UPDATE appointments_appointment a SET imported_as = n.imported_as
FROM unnest(%s::uuid[], %s::text[]) AS n (id, imported_as)
WHERE a.practice_id = %s AND a.id = n.id
"""


def write(
    practice: Practice,
    actor: audit.Actor,
    source: str,
    decided: Sequence[Fate],
    kinds: Kinds,
    telling: Telling,
    now: datetime,
) -> set[UUID]:
    """Make and change visits, with the changes to tell of and the audit. Gives their clients.

    1. The source's newest word is kept of all, so that only what differs from it counts next time.
    2. Those that get another time give theirs up.
    3. All are changed, and the new ones made.
    """
    new: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    updates: list[tuple[object, ...]] = []
    by_act: dict[str, list[UUID]] = defaultdict(list)
    touched: set[UUID] = set()
    for fate in decided:
        visit, client = fate.visit, fate.visit.client if fate.visit else fate.said.client
        if not fate.writes or client is None:
            continue
        type_id, _, allows = kinds.types[fate.type]
        zone = visit.zone if visit and visit.starts_at == fate.starts_at else fate.said.zone
        day, clock = local_time.local(fate.starts_at, zone)
        moment = {
            "starts_at": fate.starts_at, "local_date": day, "local_time": clock, "zone": zone,
            "sequence": visit.sequence + bool(fate.what) if visit else 0,
        }  # fmt: skip
        row: dict[str, Any] = {
            "id": visit.id if visit else ids.fresh(),
            "type_id": type_id,
            "practitioner_id": kinds.practitioners[fate.practitioner],
            "place_id": kinds.places[fate.place][0] if fate.place else None,
            **moment,
            "ends_at": fate.ends_at,
            "status": fate.status,
            "exclusive": not (allows or fate.overlaps),
            "overlaps": fate.overlaps,
            "imported_as": fate.said.key,
        }
        if visit:
            updates.append((*row.values(), fate.fate == "move", fate.placed))
        else:
            fate.made = row["id"]
            new.append(
                {
                    **row,
                    "practice_id": practice.id,
                    "client_id": client,
                    "scheduled_at": now,
                    "created_at": now,
                    "source": source,
                    "external_id": fate.said.external_id,
                }
            )
        if fate.what:
            told.append(
                {
                    **moment,
                    "id": ids.fresh(),
                    "practice_id": practice.id,
                    "appointment_id": row["id"],
                    "what": fate.what,
                    "at": now,
                    "place_id": row["place_id"],
                    "tell": bool(visit) or telling.all or client in telling.clients,
                    "active": fate.status in AHEAD,
                }
            )
        by_act[_AUDITED[fate.fate]].append(row["id"])
        touched.add(client)
    _update(practice.id, decided, updates, now)
    insert(Appointment, new)
    # Whom the other program books a visit for has come back.
    back = Client.objects.filter(
        practice_id=practice.id, id__in={row["client_id"] for row in new}, archived_at__isnull=False
    )
    if restored := list(back.values_list("id", flat=True)):
        back.update(archived_at=None)
        audit.record_all(practice.id, actor, "client.restore", "client", restored)
    insert(AppointmentChange, told)
    for act, visit_ids in by_act.items():
        audit.record_all(practice.id, actor, f"appointment.{act}", "appointment", visit_ids)
    return touched


def _update(
    practice_id: UUID, decided: Sequence[Fate], updates: list[tuple[object, ...]], now: datetime
) -> None:
    words = [
        (f.visit.id, f.said.key)
        for f in decided
        if f.visit and not f.writes and f.visit.imported_as != f.said.key
    ]
    placed = [f.visit.id for f in decided if f.visit and f.placed]
    with connection.cursor() as cursor:
        if words:
            cursor.execute(_KEEP_WORD, [*map(list, zip(*words, strict=True)), practice_id])
        if placed:
            cursor.execute(_VACATE, [practice_id, placed])
        if updates:
            columns = map(list, zip(*updates, strict=True))
            cursor.execute(_UPDATE, [now, *columns, practice_id])
