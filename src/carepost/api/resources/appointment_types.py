"""Appointment types: what a visit is for, and how long it takes."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Flag, FullName, Given, Minutes, Shown
from carepost.appointments import catalogue
from carepost.appointments.models import AppointmentType

router = Router(tags=["Appointment types"])


class TypeGiven(Given):
    name: FullName
    minutes: Minutes = 30
    allows_double_booking: Flag = False


class TypeChange(Given):
    """Not `active`: not taken for new visits."""

    name: FullName | None = None
    minutes: Minutes | None = None
    allows_double_booking: Flag | None = None
    active: Flag | None = None


class TypeShown(Shown):
    id: UUID
    name: str
    minutes: int
    allows_double_booking: bool
    active: bool


def _shown(row: AppointmentType) -> TypeShown:
    return TypeShown.model_construct(
        id=row.id,
        name=row.name,
        minutes=row.minutes,
        allows_double_booking=row.allows_double_booking,
        active=row.active,
    )


@router.get("/appointment-types", response=paging.Page[TypeShown])
@needs("settings:read")
def list_types(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[TypeShown]:
    """Types by name."""
    found, cursor = paging.cut(request, AppointmentType.objects.all(), ("name",), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/appointment-types", response={201: TypeShown})
@needs("settings:write")
def add_type(request: ApiRequest, given: TypeGiven) -> Status[TypeShown]:
    """Add a type. `allows_double_booking`: its visits may overlap others of the practitioner."""
    call = request.call
    row = catalogue.add(AppointmentType, call.practice_id, call.actor, **given.sent())
    return Status(201, _shown(row))


@router.get("/appointment-types/{type_id}", response=TypeShown)
@needs("settings:read")
def get_type(request: ApiRequest, type_id: UUID) -> TypeShown:
    """One type."""
    return _shown(catalogue.find(AppointmentType, type_id))


@router.patch("/appointment-types/{type_id}", response=TypeShown)
@needs("settings:write")
def change_type(request: ApiRequest, type_id: UUID, change: TypeChange) -> TypeShown:
    """Change what is given. Visits that are booked already keep their length."""
    call = request.call
    return _shown(
        catalogue.change(
            AppointmentType, call.practice_id, type_id, call.actor, **change.sent("active")
        )
    )
