"""When the rules of a zone change, visits keep their local time, and their instants move.

A visit at 10:00 is at 10:00, whatever a parliament decides about the clocks meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from carepost.appointments import booking, local_time
from carepost.appointments.models import Appointment, Practitioner
from carepost.practice import audit, changes, tenancy

if TYPE_CHECKING:
    from datetime import date, datetime, time
    from uuid import UUID


class _Visit(NamedTuple):
    id: UUID
    client_id: UUID
    practitioner_id: UUID
    local_date: date
    local_time: time
    zone: str
    starts_at: datetime
    exclusive: bool

    @property
    def meant(self) -> datetime:
        """The instant that its local time means now.

        One that reads as it should is left: of a time that exists twice it may be the second.
        """
        if local_time.local(self.starts_at, self.zone) == (self.local_date, self.local_time):
            return self.starts_at
        return local_time.instant(self.local_date, self.local_time, self.zone)


def recompute_instants(practice_id: UUID, now: datetime) -> int:
    """Set the instants of a practice's visits ahead from their local times; says how many moved.

    To be run when tzdata was updated; when nothing changed it only reads. Nobody is told: to the
    client the visit is when it was, so `sequence` stays. Where visits of one practitioner come to
    overlap (they were agreed in different zones), both are kept and flagged, as from an import.
    """
    with tenancy.acting_for(practice_id):
        ahead = Appointment.objects.filter(
            practice_id=practice_id,
            status__in=booking.AHEAD,
            # What would be over by the former rules may lie ahead by the new ones.
            starts_at__gt=now - booking.LONGEST,
        )
        stale = [v.id for v in _read(ahead) if v.meant != v.starts_at]
        if not stale:
            return 0
        # Again, under lock: one that was moved meanwhile is as its mover wanted it.
        locked = ahead.filter(id__in=stale).order_by("id").select_for_update(no_key=True)
        moved = [v for v in _read(locked) if v.meant != v.starts_at]
        calendars = Practitioner.objects.filter(id__in={v.practitioner_id for v in moved})
        list(calendars.order_by("id").select_for_update(no_key=True).values_list("id"))
        _move(moved)
        audit.record_all(
            practice_id,
            audit.SYSTEM,
            "appointment.zone_rules",
            "appointment",
            [v.id for v in moved],
        )
        changes.touch_clients(practice_id, sorted({v.client_id for v in moved}))
    return len(moved)


def _read(visits: object) -> list[_Visit]:
    return [_Visit(*row) for row in visits.values_list(*_Visit._fields)]  # type: ignore[attr-defined]


_SHIFT = """
UPDATE appointments_appointment a
SET starts_at = m.starts_at, ends_at = m.starts_at + (a.ends_at - a.starts_at), exclusive = false
FROM unnest(%(ids)s::uuid[], %(instants)s::timestamptz[]) AS m (id, starts_at)
WHERE a.id = m.id
"""

_CLAIM = """
UPDATE appointments_appointment a
SET exclusive = NOT c.clash, "overlaps" = a.overlaps OR c.clash
FROM (
  SELECT x.id, EXISTS (
    SELECT FROM appointments_appointment b
    WHERE b.practice_id = x.practice_id AND b.practitioner_id = x.practitioner_id
      AND b.id <> x.id AND b.status IN ('booked', 'confirmed')
      AND (b.exclusive OR b.overlaps OR b.id = ANY (%(ids)s::uuid[]))
      AND b.starts_at > x.starts_at - interval '1 day'
      AND b.starts_at < x.ends_at AND b.ends_at > x.starts_at
  ) AS clash
  FROM appointments_appointment x WHERE x.id = ANY (%(ids)s::uuid[])
) c
WHERE a.id = c.id
"""


def _move(moved: list[_Visit]) -> None:
    """Shift all, then let those that were exclusive be so again where they can.

    In two statements: shifted one by one, a visit would hit the next, which has yet to move.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SHIFT, {"ids": [v.id for v in moved], "instants": [v.meant for v in moved]})
        cursor.execute(_CLAIM, {"ids": [v.id for v in moved if v.exclusive]})
