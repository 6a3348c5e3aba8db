"""The demo's visits written down, each as it is now, with how it came to be so."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from carepost.appointments import local_time
from carepost.appointments.models import Appointment, AppointmentChange
from carepost.config.demo import writing
from carepost.config.demo.register import SOURCE
from carepost.ground import ids
from carepost.practice.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from carepost.config.demo.calendar import Planned
    from carepost.config.demo.setting import Setting

AUDITED = timedelta(days=90)
"""How far back the audit trail of visits reaches."""

# What was ahead at the last start and is over now. Its fate is drawn from its id.
_OVER = """
UPDATE appointments_appointment SET status_before = status,
  status = CASE WHEN hashtext(id::text) %% 20 = 0 THEN 'no_show' ELSE 'done' END
WHERE practice_id = %(practice)s AND source = %(source)s AND ends_at <= %(now)s
  AND status IN ('booked', 'confirmed')
"""


class Kept(NamedTuple):
    """A visit that stands in the calendar."""

    id: UUID
    client_id: UUID
    visit: Planned


class Stand(NamedTuple):
    """A visit after one of its changes: what it was agreed to be, until the next (None: now).

    `ended_by`: what the next change was.
    """

    sequence: int
    what: str  # booked, moved, cancelled
    at: datetime
    tell: bool
    day: date
    clock: time
    starts_at: datetime
    until: datetime | None
    ended_by: str = ""


def write(
    setting: Setting, visits: Iterable[Planned], clients: Mapping[int, UUID], now: datetime
) -> list[Kept]:
    """Write visits that are not there; gives those that had room. Acting for the practice."""
    found = [
        Kept(ids.new(visit.booked_at, _chance(visit)), clients[visit.client], visit)
        for visit in visits
    ]
    writing.insert(Appointment, _VISIT, (_visit(setting, kept, now) for kept in found))
    there = set(
        Appointment.objects.filter(practice_id=setting.practice_id).values_list("id", flat=True)
    )
    found = [kept for kept in found if kept.id in there]
    writing.insert(AppointmentChange, _CHANGE, _changes(setting, found, now))
    writing.insert(AuditEntry, _ENTRY, _entries(setting, found, now))
    return found


def end(practice_id: UUID, now: datetime) -> None:
    """Say of visits that are over whether the client came. Acting for the practice."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"practice": practice_id, "source": SOURCE, "now": now})


def stands(visit: Planned, now: datetime) -> Sequence[Stand]:
    """What the visit was, one change after another, as far as they have come by `now`."""
    moved = visit.moved_at if visit.moved_at and visit.moved_at <= now else None
    cancelled = visit.cancelled_at if visit.cancelled_at and visit.cancelled_at <= now else None
    next_at = moved or cancelled
    day, clock, starts_at = visit.day, visit.clock, visit.starts_at
    if moved and visit.moved_from:
        day, clock = visit.moved_from
        starts_at = local_time.instant(day, clock, visit.zone)
    what = "moved" if moved else "cancelled" if cancelled else ""
    first = Stand(0, "booked", visit.booked_at, visit.tell, day, clock, starts_at, next_at, what)
    if next_at is None:
        return (first,)
    return first, Stand(1, what, next_at, True, visit.day, visit.clock, visit.starts_at, None)


def _visit(setting: Setting, kept: Kept, now: datetime) -> tuple[Any, ...]:
    visit = kept.visit
    last = stands(visit, now)[-1]
    status = visit.status(now)
    return (
        kept.id, setting.practice_id, kept.client_id, setting.types[visit.type],
        setting.practitioners[visit.practitioner], setting.places[visit.place],
        visit.day, visit.clock, visit.zone, visit.starts_at, visit.ends_at, status,
        "booked" if status in ("cancelled", "done", "no_show") else "", last.sequence,
        visit.booked_at if last.what == "cancelled" else last.at, SOURCE, visit.external_id,
        visit.booked_at,
    )  # fmt: skip


def _changes(setting: Setting, found: list[Kept], now: datetime) -> Iterator[tuple[Any, ...]]:
    for kept in found:
        chance = _chance(kept.visit)
        for stand in stands(kept.visit, now):
            yield (
                ids.new(stand.at, chance), setting.practice_id, kept.id, stand.sequence, stand.what,
                stand.at, stand.tell, stand.starts_at, stand.day, stand.clock, kept.visit.zone,
                setting.places[kept.visit.place], stand.what != "cancelled",
            )  # fmt: skip


_VERBS = {"booked": "book", "moved": "move", "cancelled": "cancel"}


def _entries(setting: Setting, found: list[Kept], now: datetime) -> Iterator[tuple[Any, ...]]:
    for kept in found:
        chance = _chance(kept.visit)
        for stand in stands(kept.visit, now):
            if stand.at > now - AUDITED:
                yield (
                    ids.new(stand.at, chance), setting.practice_id, stand.at, "system",
                    f"appointment.{_VERBS[stand.what]}", "appointment", kept.id,
                    f'{{"client": "{kept.client_id}", "sequence": {stand.sequence}}}',
                )  # fmt: skip


def _chance(visit: Planned) -> random.Random:
    return random.Random(visit.external_id)  # noqa: S311 -- a demo


_VISIT = (
    "id", "practice_id", "client_id", "type_id", "practitioner_id", "place_id", "local_date",
    "local_time", "zone", "starts_at", "ends_at", "status", "status_before", "sequence",
    "scheduled_at", "source", "external_id", "created_at",
)  # fmt: skip
_CHANGE = (
    "id", "practice_id", "appointment_id", "sequence", "what", "at", "tell", "starts_at",
    "local_date", "local_time", "zone", "place_id", "active",
)  # fmt: skip
_ENTRY = (
    "id", "practice_id", "at", "actor_kind", "action", "subject_kind", "subject_id", "detail",
)  # fmt: skip
