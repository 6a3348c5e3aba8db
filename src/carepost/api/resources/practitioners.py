"""Practitioners: who sees clients."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Flag, FullName, Given, Shown
from carepost.appointments import catalogue
from carepost.appointments.models import Practitioner

router = Router(tags=["Practitioners"])


class PractitionerGiven(Given):
    """`member_id`: the member who is this practitioner, if they sign in."""

    name: FullName
    member_id: UUID | None = None


class PractitionerChange(Given):
    """Not `active`: not taken for new visits."""

    name: FullName | None = None
    member_id: UUID | None = None
    active: Flag | None = None


class PractitionerShown(Shown):
    id: UUID
    name: str
    member_id: UUID | None
    active: bool


def _shown(row: Practitioner) -> PractitionerShown:
    return PractitionerShown.model_construct(
        id=row.id, name=row.name, member_id=row.member_id, active=row.active
    )


@router.get("/practitioners", response=paging.Page[PractitionerShown])
@needs("settings:read")
def list_practitioners(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[PractitionerShown]:
    """Practitioners by name."""
    found, cursor = paging.cut(request, Practitioner.objects.all(), ("name",), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/practitioners", response={201: PractitionerShown})
@needs("settings:write")
def add_practitioner(request: ApiRequest, given: PractitionerGiven) -> Status[PractitionerShown]:
    """Add a practitioner."""
    call = request.call
    row = catalogue.add(Practitioner, call.practice_id, call.actor, **given.sent())
    return Status(201, _shown(row))


@router.get("/practitioners/{practitioner_id}", response=PractitionerShown)
@needs("settings:read")
def get_practitioner(request: ApiRequest, practitioner_id: UUID) -> PractitionerShown:
    """One practitioner."""
    return _shown(catalogue.find(Practitioner, practitioner_id))


@router.patch("/practitioners/{practitioner_id}", response=PractitionerShown)
@needs("settings:write")
def change_practitioner(
    request: ApiRequest, practitioner_id: UUID, change: PractitionerChange
) -> PractitionerShown:
    """Change what is given."""
    call = request.call
    return _shown(
        catalogue.change(
            Practitioner, call.practice_id, practitioner_id, call.actor, **change.sent("active")
        )
    )
