"""Practitioners: who sees clients."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status

from carepost.api import paging, visit_settings
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import FullName, Given, Shown
from carepost.appointments.models import Practitioner

router = Router(tags=["Practitioners"])


class PractitionerGiven(Given):
    name: FullName


class PractitionerChange(Given):
    name: FullName | None = None


class PractitionerShown(Shown):
    id: UUID
    name: str
    member_id: UUID | None


def _shown(row: Practitioner) -> PractitionerShown:
    return PractitionerShown.model_construct(id=row.id, name=row.name, member_id=row.member_id)


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
    row = visit_settings.add(Practitioner, call.practice_id, call.actor, **given.sent())
    return Status(201, _shown(row))


@router.get("/practitioners/{practitioner_id}", response=PractitionerShown)
@needs("settings:read")
def get_practitioner(request: ApiRequest, practitioner_id: UUID) -> PractitionerShown:
    """One practitioner."""
    return _shown(visit_settings.find(Practitioner, practitioner_id))


@router.patch("/practitioners/{practitioner_id}", response=PractitionerShown)
@needs("settings:write")
def change_practitioner(
    request: ApiRequest, practitioner_id: UUID, change: PractitionerChange
) -> PractitionerShown:
    """Change a practitioner's name."""
    call = request.call
    return _shown(
        visit_settings.change(
            Practitioner, call.practice_id, practitioner_id, call.actor, **change.sent()
        )
    )
