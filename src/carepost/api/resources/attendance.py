"""Whether the client will come and came, and whether they are told of a visit's last change."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources.appointment_shapes import AppointmentShown, one, shown
from carepost.api.values import Given
from carepost.appointments import booking

router = Router(tags=["Appointments"])


class Answered(Given):
    """Nothing to say."""


ANSWERED = Answered()
"""What an empty body says."""


class Marked(Given):
    """`arrived` (the client is here and waits) is no status of its own; see `arrived_at`."""

    mark: Literal["arrived", "done", "no_show"]


class ChangeNamed(Given):
    """`sequence`: that of the change, so that one made meanwhile is not meant by mistake."""

    sequence: Annotated[int, Field(strict=True, ge=0, lt=2**31)]


@router.post("/appointments/{appointment_id}/confirm", response=AppointmentShown)
@needs("appointments:write")
def confirm_appointment(
    request: ApiRequest, appointment_id: UUID, answered: Answered = ANSWERED
) -> AppointmentShown:
    """Keep that the client will come."""
    call = request.call
    booking.confirm(call.practice_id, appointment_id, call.actor, now=call.now)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/unconfirm", response=AppointmentShown)
@needs("appointments:write")
def unconfirm_appointment(
    request: ApiRequest, appointment_id: UUID, answered: Answered = ANSWERED
) -> AppointmentShown:
    """Take back that the client will come: they have not answered."""
    call = request.call
    booking.unconfirm(call.practice_id, appointment_id, call.actor, now=call.now)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/mark", response=AppointmentShown)
@needs("appointments:write")
def mark_appointment(request: ApiRequest, appointment_id: UUID, marked: Marked) -> AppointmentShown:
    """Keep that the client arrived, that the visit is done, or that they did not come."""
    call = request.call
    booking.mark(call.practice_id, appointment_id, call.actor, marked.mark, call.now)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/unmark", response=AppointmentShown)
@needs("appointments:write")
def unmark_appointment(
    request: ApiRequest, appointment_id: UUID, marked: Marked
) -> AppointmentShown:
    """Take a mark back; where there is none of that sort nothing changes."""
    call = request.call
    booking.unmark(call.practice_id, appointment_id, call.actor, marked.mark, call.now)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/hush", response=AppointmentShown)
@needs("appointments:write")
def hush_change(request: ApiRequest, appointment_id: UUID, change: ChangeNamed) -> AppointmentShown:
    """Do not tell the client of its last change, where the notice has not left yet."""
    call = request.call
    booking.hush(call.practice_id, appointment_id, change.sequence, call.actor)
    return shown(one(appointment_id))


@router.post("/appointments/{appointment_id}/tell", response=AppointmentShown)
@needs("appointments:write")
def tell_of_change(
    request: ApiRequest, appointment_id: UUID, change: ChangeNamed
) -> AppointmentShown:
    """Tell the client of its last change after all."""
    call = request.call
    booking.tell_anyway(call.practice_id, appointment_id, change.sequence, call.actor)
    return shown(one(appointment_id))
