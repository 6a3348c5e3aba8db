"""Appointments: booked, moved, changed, cancelled. Answers and attendance: `attendance.py`."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources.appointment_shapes import (
    CANCELLED,
    REOPENED,
    WHOLE,
    AppointmentChange,
    AppointmentGiven,
    AppointmentPaging,
    AppointmentShown,
    Cancelled,
    Moved,
    Reopened,
    SeriesShown,
    asked,
    one,
    series_shown,
    shown,
)
from carepost.appointments import booking, series
from carepost.appointments.models import Appointment
from carepost.appointments.recurrence import Repeat
from carepost.practice.errors import Refused

router = Router(tags=["Appointments"])


@router.get("/appointments", response=paging.Page[AppointmentShown])
@needs("appointments:read")
def list_appointments(
    request: ApiRequest, page: Annotated[AppointmentPaging, Query()]
) -> paging.Page[AppointmentShown]:
    """Appointments in the order of their start."""
    rows = WHOLE.filter(**asked(page))
    found, cursor = paging.cut(request, rows, ("starts_at",), page)
    _has_read(request, found)
    return paging.Page(items=[shown(visit) for visit in found], next_cursor=cursor)


@router.post("/appointments", response={201: AppointmentShown | SeriesShown})
@needs("appointments:write")
def book_appointment(
    request: ApiRequest, appointment: AppointmentGiven
) -> Status[AppointmentShown | SeriesShown]:
    """Book an appointment; with `repeat`, a series of them."""
    call = request.call
    given = appointment.told()
    tell, skip = given.pop("tell", True), given.pop("skip_conflicts", False)
    repeat = given.pop("repeat", None)
    given |= {"minutes": appointment.minutes, "place": appointment.place or None}
    if not repeat:
        visit = booking.book(call.practice_id, call.actor, **given, tell=tell, now=call.now)
        return Status(201, shown(one(visit.id)))
    if given.pop("source", "") or given.pop("external_id", ""):
        raise Refused("A series is of no other program: leave this out.", "source")
    done = series.book(
        call.practice_id,
        call.actor,
        **given,
        repeat=Repeat.of(repeat.model_dump()),
        tell=tell,
        skip_conflicts=skip,
        now=call.now,
    )
    return Status(201, series_shown(done))


@router.get("/appointments/{appointment_id}", response=AppointmentShown)
@needs("appointments:read")
def get_appointment(request: ApiRequest, appointment_id: UUID) -> AppointmentShown:
    """One appointment."""
    visit = one(appointment_id)
    _has_read(request, [visit])
    return shown(visit)


@router.patch("/appointments/{appointment_id}", response=AppointmentShown)
@needs("appointments:write")
def change_appointment(
    request: ApiRequest, appointment_id: UUID, change: AppointmentChange
) -> AppointmentShown:
    """Change when, how long, with whom, where or what for it is."""
    call = request.call
    given = change.sent("starts_at", "minutes", "type", "practitioner")
    if "place" in given:
        given["place"] = given["place"] or None
    if not given.keys() <= {"tell", "scope", "skip_conflicts"}:
        series.change(call.practice_id, appointment_id, call.actor, **given, now=call.now)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/move", response=AppointmentShown)
@needs("appointments:write")
def move_appointment(request: ApiRequest, appointment_id: UUID, to: Moved) -> AppointmentShown:
    """Move it to another time, which the client has yet to confirm."""
    call = request.call
    series.change(call.practice_id, appointment_id, call.actor, **to.model_dump(), now=call.now)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/cancel", response=AppointmentShown)
@needs("appointments:write")
def cancel_appointment(
    request: ApiRequest, appointment_id: UUID, cancelled: Cancelled = CANCELLED
) -> AppointmentShown:
    """Cancel it; once cancelled, cancelling again changes nothing."""
    call = request.call
    series.cancel(
        call.practice_id,
        appointment_id,
        call.actor,
        scope=cancelled.scope,
        tell=cancelled.tell,
        now=call.now,
    )
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/reopen", response=AppointmentShown)
@needs("appointments:write")
def reopen_appointment(
    request: ApiRequest, appointment_id: UUID, reopened: Reopened = REOPENED
) -> AppointmentShown:
    """Let a cancelled one take place after all, while its time is free; one that is not stays."""
    call = request.call
    reopen = series.reopen if reopened.together else booking.reopen
    reopen(call.practice_id, appointment_id, call.actor, tell=reopened.tell, now=call.now)
    return shown(one(appointment_id))


def _has_read(request: ApiRequest, visits: Sequence[Appointment]) -> None:
    request.call.has_read("appointment", [visit.id for visit in visits])
