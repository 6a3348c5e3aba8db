"""Appointments: booked, moved, cancelled, confirmed."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import (
    Flag,
    FullName,
    Given,
    Instant,
    Minutes,
    Name,
    Short,
    Shown,
    on_a_clock,
)
from carepost.appointments import booking
from carepost.appointments.models import Appointment
from carepost.practice.errors import NotFound, Refused

router = Router(tags=["Appointments"])
State = Literal["booked", "confirmed", "cancelled", "no_show", "done"]


class AppointmentGiven(Given):
    """`type`, `practitioner` and `place` by id, or by name, and then made where new."""

    client_id: UUID
    type: FullName
    practitioner: FullName
    place: Name | None = None
    starts_at: Instant
    minutes: Minutes | None = None
    tell: Flag = True
    source: Short | None = None
    external_id: Name | None = None


class Moved(Given):
    """`tell` false: the client is not to be notified."""

    starts_at: Instant
    minutes: Minutes | None = None
    tell: Flag = True


class AppointmentChange(Given):
    starts_at: Instant | None = None
    minutes: Minutes | None = None
    tell: Flag = True


class Cancelled(Given):
    """`tell` false: the client is not to be notified."""

    tell: Flag = True


class Confirmed(Given):
    """Nothing to say."""


CANCELLED, CONFIRMED = Cancelled(), Confirmed()
"""What an empty body says."""


class AppointmentShown(Shown):
    """`local_date` and `local_time` are on the clocks of `zone`; `starts_at` is the instant."""

    id: UUID
    client_id: UUID
    type: str
    type_id: UUID
    practitioner: str
    practitioner_id: UUID
    place: str | None
    place_id: UUID | None
    starts_at: Instant
    ends_at: Instant
    minutes: int
    local_date: date
    local_time: str
    zone: str
    status: str
    sequence: int
    overlaps: bool
    source: str
    external_id: str
    created_at: Instant


class AppointmentPaging(paging.Paging):
    client_id: UUID | None = None
    practitioner_id: UUID | None = None
    place_id: UUID | None = None
    status: State | None = None
    external_id: Annotated[Name, Field()] = ""
    starts_after: Instant | None = None
    starts_before: Instant | None = None


_PLAIN = (
    "id", "client_id", "type_id", "practitioner_id", "place_id", "starts_at", "ends_at",
    "local_date", "zone", "status", "sequence", "overlaps", "source", "external_id", "created_at",
)  # fmt: skip
_WHOLE = Appointment.objects.select_related("type", "practitioner", "place")


def _shown(visit: Appointment) -> AppointmentShown:
    return AppointmentShown.model_construct(
        **{name: getattr(visit, name) for name in _PLAIN},
        type=visit.type.name,
        practitioner=visit.practitioner.name,
        place=visit.place.name if visit.place else None,
        local_time=on_a_clock(visit.local_time),
        minutes=round((visit.ends_at - visit.starts_at).total_seconds() / 60),
    )


def _one(visit_id: UUID) -> Appointment:
    visit = _WHOLE.filter(id=visit_id).first()
    if visit is None:
        raise NotFound("There is no such appointment.")
    return visit


def _asked(page: AppointmentPaging) -> dict[str, Any]:
    """The filters that were given, as Django writes them (`Any`: each of its own type)."""
    asked = {
        "client_id": page.client_id,
        "practitioner_id": page.practitioner_id,
        "place_id": page.place_id,
        "status": page.status,
        "external_id": page.external_id or None,
        "starts_at__gte": page.starts_after,
        "starts_at__lt": page.starts_before,
    }
    return {name: value for name, value in asked.items() if value is not None}


@router.get("/appointments", response=paging.Page[AppointmentShown])
@needs("appointments:read")
def list_appointments(
    request: ApiRequest, page: Annotated[AppointmentPaging, Query()]
) -> paging.Page[AppointmentShown]:
    """Appointments in the order of their start."""
    rows = _WHOLE.filter(**_asked(page))
    found, cursor = paging.cut(request, rows, ("starts_at",), page)
    _has_read(request, found)
    return paging.Page(items=[_shown(visit) for visit in found], next_cursor=cursor)


@router.post("/appointments", response={201: AppointmentShown})
@needs("appointments:write")
def book_appointment(
    request: ApiRequest, appointment: AppointmentGiven
) -> Status[AppointmentShown]:
    """Book an appointment."""
    call = request.call
    visit = booking.book(
        call.practice_id,
        call.actor,
        client_id=appointment.client_id,
        type=appointment.type,
        practitioner=appointment.practitioner,
        place=appointment.place or None,
        starts_at=appointment.starts_at,
        minutes=appointment.minutes,
        tell=appointment.tell,
        now=call.now,
        source=appointment.source or "",
        external_id=appointment.external_id or "",
    )
    return Status(201, _shown(_one(visit.id)))


@router.get("/appointments/{appointment_id}", response=AppointmentShown)
@needs("appointments:read")
def get_appointment(request: ApiRequest, appointment_id: UUID) -> AppointmentShown:
    """One appointment."""
    visit = _one(appointment_id)
    _has_read(request, [visit])
    return _shown(visit)


@router.patch("/appointments/{appointment_id}", response=AppointmentShown)
@needs("appointments:write")
def change_appointment(
    request: ApiRequest, appointment_id: UUID, change: AppointmentChange
) -> AppointmentShown:
    """Move it to another time, or change how long it takes."""
    if change.starts_at is None and change.minutes is None:
        if change.model_fields_set & {"starts_at", "minutes"}:
            raise Refused("An appointment needs a time and a length.", "starts_at")
        return _shown(_one(appointment_id))
    starts_at = change.starts_at or _one(appointment_id).starts_at
    return _move(request, appointment_id, Moved.model_construct(
        starts_at=starts_at, minutes=change.minutes, tell=change.tell
    ))  # fmt: skip


@router.post("/appointments/{appointment_id}/move", response=AppointmentShown)
@needs("appointments:write")
def move_appointment(request: ApiRequest, appointment_id: UUID, to: Moved) -> AppointmentShown:
    """Move it to another time, which the client has yet to confirm."""
    return _move(request, appointment_id, to)


@router.post("/appointments/{appointment_id}/cancel", response=AppointmentShown)
@needs("appointments:write")
def cancel_appointment(
    request: ApiRequest, appointment_id: UUID, cancelled: Cancelled = CANCELLED
) -> AppointmentShown:
    """Cancel it; once cancelled, cancelling again changes nothing."""
    call = request.call
    booking.cancel(call.practice_id, appointment_id, call.actor, tell=cancelled.tell, now=call.now)
    return _shown(_one(appointment_id))


@router.post("/appointments/{appointment_id}/confirm", response=AppointmentShown)
@needs("appointments:write")
def confirm_appointment(
    request: ApiRequest, appointment_id: UUID, confirmed: Confirmed = CONFIRMED
) -> AppointmentShown:
    """Keep that the client will come."""
    call = request.call
    booking.confirm(call.practice_id, appointment_id, call.actor, now=call.now)
    return _shown(_one(appointment_id))


def _move(request: ApiRequest, appointment_id: UUID, to: Moved) -> AppointmentShown:
    call = request.call
    booking.move(
        call.practice_id,
        appointment_id,
        call.actor,
        starts_at=to.starts_at,
        minutes=to.minutes,
        tell=to.tell,
        now=call.now,
    )
    return _shown(_one(appointment_id))


def _has_read(request: ApiRequest, visits: Sequence[Appointment]) -> None:
    request.call.has_read("appointment", [visit.id for visit in visits])
