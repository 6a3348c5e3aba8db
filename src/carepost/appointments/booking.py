"""Visits booked, moved, cancelled, confirmed.

Each locks what it decides on, in one transaction with its audit entry, its `AppointmentChange`
where clients may have to be told, and the planner's touch.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Q

from carepost.appointments import local_time, setting
from carepost.appointments.models import Appointment, AppointmentChange, VisitStatus
from carepost.practice import audit, changes, fields, tenancy
from carepost.practice.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

AHEAD = (VisitStatus.BOOKED, VisitStatus.CONFIRMED)
LONGEST = timedelta(days=1)
_TAKEN = "The practitioner has another visit at that time. Choose another time."


def book(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    client_id: UUID,
    type: str | UUID,
    practitioner: str | UUID,
    place: str | UUID | None = None,
    starts_at: datetime,
    minutes: int | None = None,
    tell: bool = True,
    now: datetime,
    source: str = "",
    external_id: str = "",
    by_hand: bool = True,
) -> Appointment:
    """Book a visit. Type, practitioner and place by id, or by name, and then made where new.

    The offset of `starts_at` fixes the instant; its local time is the place's, else the
    practice's. Without `minutes`, the type's. `tell` False: nobody is to be notified. Not
    `by_hand` (an import): an overlap is kept and flagged, for those people need their reminder too.

    Raises NotFound; Refused for bad input; Conflict where the practitioner has another visit then
    (unless the type allows it), or where `(source, external_id)` is here already.
    """
    starts_at = fields.instant(starts_at, "starts_at")
    with _translated(), tenancy.acting_for(practice_id):
        chosen = setting.choose(practice_id, actor, client_id, type, practitioner, place, minutes)
        length = timedelta(minutes=chosen.minutes if minutes is None else minutes)
        visit = Appointment(
            practice_id=practice_id,
            client_id=client_id,
            type_id=chosen.type_id,
            practitioner_id=chosen.practitioner_id,
            place_id=chosen.place_id,
            scheduled_at=now,
            created_at=now,
            source=fields.text(source, "source", most=40),
            external_id=fields.text(external_id, "external_id", most=120),
        )
        _put(visit, starts_at, length, chosen.zone)
        _make_room(visit, chosen.allows_double_booking, by_hand)
        visit.save(force_insert=True)
        _tell(visit, actor, "booked", tell, now)
    return visit


def move(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    starts_at: datetime,
    minutes: int | None = None,
    tell: bool = True,
    now: datetime,
    by_hand: bool = True,
) -> Appointment:
    """Move a visit to another time, which the client has yet to confirm; or change its length.

    Raises as `book`; Conflict where the visit is cancelled or over. The same time again changes
    nothing; another length alone is nothing to tell the client.
    """
    starts_at = fields.instant(starts_at, "starts_at")
    with _translated(), tenancy.acting_for(practice_id):
        visit = _locked(appointment_id)
        _still_ahead(visit)
        length = visit.ends_at - visit.starts_at
        if minutes is not None:
            length = timedelta(minutes=fields.minutes(minutes))
        if (starts_at, starts_at + length) == (visit.starts_at, visit.ends_at):
            return visit
        moved = starts_at != visit.starts_at
        zone = (visit.place and visit.place.timezone) or visit.practice.timezone
        _put(visit, starts_at, length, zone if moved else visit.zone)
        if moved:
            visit.sequence += 1
            visit.scheduled_at = now
            visit.status = VisitStatus.BOOKED
        _make_room(visit, visit.type.allows_double_booking, by_hand)
        visit.save(update_fields=_MOVED)
        if moved:
            _tell(visit, actor, "moved", tell, now)
        else:
            _note(visit, actor, "appointment.lengthen")
    return visit


def cancel(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    tell: bool = True,
    now: datetime,
) -> Appointment:
    """Cancel a visit; a cancelled one stays so. Raises NotFound; Conflict where it is over."""
    with tenancy.acting_for(practice_id):
        visit = _locked(appointment_id)
        if visit.status == VisitStatus.CANCELLED:
            return visit
        _still_ahead(visit)
        visit.status = VisitStatus.CANCELLED
        visit.sequence += 1
        visit.save(update_fields=["status", "sequence"])
        _tell(visit, actor, "cancelled", tell, now)
    return visit


def confirm(
    practice_id: UUID, appointment_id: UUID, actor: audit.Actor, *, now: datetime
) -> Appointment:
    """Keep that the client will come. Nothing to tell, so `sequence` stays.

    Raises NotFound; Conflict where the visit is cancelled or over. `now` is not kept yet: the
    audit entry has its own.
    """
    with tenancy.acting_for(practice_id):
        visit = _locked(appointment_id)
        _still_ahead(visit)
        if visit.status != VisitStatus.CONFIRMED:
            visit.status = VisitStatus.CONFIRMED
            visit.save(update_fields=["status"])
            _note(visit, actor, "appointment.confirm")
    return visit


_MOVED = [
    "local_date", "local_time", "zone", "starts_at", "ends_at", "status", "sequence",
    "scheduled_at", "exclusive", "overlaps",
]  # fmt: skip


def _put(visit: Appointment, starts_at: datetime, length: timedelta, zone: str) -> None:
    visit.starts_at, visit.ends_at, visit.zone = starts_at, starts_at + length, zone
    visit.local_date, visit.local_time = local_time.local(starts_at, zone)


def _make_room(visit: Appointment, allowed: bool, by_hand: bool) -> None:
    """Decide whether the visit has its time to itself. Raises Conflict where it must and cannot.

    1. A type that allows double booking never does.
    2. Else the practitioner's row is locked, so that of two who book one hour at once the second
       waits here and then sees the first's visit, and the two do not deadlock in the exclusion
       constraint, which stands behind as the last guard.
    3. By hand, another visit in the way refuses this one; from an import, both stay, flagged.
    """
    visit.exclusive, visit.overlaps = not allowed, False
    if allowed:
        return
    setting.lock_practitioner(visit.practitioner_id)
    in_the_way = Appointment.objects.filter(
        Q(exclusive=True) | Q(overlaps=True),
        practice_id=visit.practice_id,
        practitioner_id=visit.practitioner_id,
        status__in=AHEAD,
        # No visit is longer than a day: without this the index would be read from its beginning.
        starts_at__gt=visit.starts_at - LONGEST,
        starts_at__lt=visit.ends_at,
        ends_at__gt=visit.starts_at,
    ).exclude(id=visit.id)
    if in_the_way.exists():
        if by_hand:
            raise Conflict(_TAKEN, "starts_at")
        visit.exclusive, visit.overlaps = False, True


def _locked(appointment_id: UUID) -> Appointment:
    visit = (
        Appointment.objects.select_related("practice", "place", "type")
        .select_for_update(of=("self",), no_key=True)
        .filter(id=appointment_id)
        .first()
    )
    if visit is None:
        raise NotFound("There is no such visit.", "appointment_id")
    return visit


def _still_ahead(visit: Appointment) -> None:
    if visit.status == VisitStatus.CANCELLED:
        raise Conflict("This visit is cancelled. Book a new one.")
    if visit.status not in AHEAD:
        raise Conflict("This visit is over.")


def _tell(visit: Appointment, actor: audit.Actor, what: str, tell: bool, now: datetime) -> None:
    AppointmentChange.objects.create(
        practice_id=visit.practice_id,
        appointment_id=visit.id,
        sequence=visit.sequence,
        what=what,
        at=now,
        tell=tell,
        starts_at=visit.starts_at,
        local_date=visit.local_date,
        local_time=visit.local_time,
        zone=visit.zone,
        active=visit.status in AHEAD,
    )
    _note(visit, actor, f"appointment.{_VERBS[what]}")


_VERBS = {"booked": "book", "moved": "move", "cancelled": "cancel"}


def _note(visit: Appointment, actor: audit.Actor, action: str) -> None:
    audit.record(
        visit.practice_id, actor, action, "appointment", visit.id,
        client=str(visit.client_id), sequence=visit.sequence,
    )  # fmt: skip
    changes.touch_clients(visit.practice_id, [visit.client_id])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "appointment_no_double_booking" in str(error):
            raise Conflict(_TAKEN, "starts_at") from None
        if "appointment_imported_once" in str(error):
            raise Conflict(
                "This visit was imported before: move that one.", "external_id"
            ) from None
        raise
