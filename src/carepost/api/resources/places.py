"""Places: where visits happen, and by whose clocks."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import StringConstraints

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Flag, FullName, Given, Name, Shown
from carepost.appointments import catalogue
from carepost.appointments.models import Place

router = Router(tags=["Places"])


class PlaceFields(Given):
    """An empty zone: the practice's."""

    name: FullName | None = None
    timezone: Name | None = None
    address: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] | None = None


class PlaceGiven(PlaceFields):
    name: FullName


class PlaceChange(PlaceFields):
    """Not `active`: not taken for new visits."""

    active: Flag | None = None


class PlaceShown(Shown):
    id: UUID
    name: str
    timezone: str
    address: str
    active: bool


def _shown(row: Place) -> PlaceShown:
    return PlaceShown.model_construct(
        id=row.id,
        name=row.name,
        timezone=row.timezone,
        address=row.address,
        active=row.active,
    )


@router.get("/places", response=paging.Page[PlaceShown])
@needs("settings:read")
def list_places(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[PlaceShown]:
    """Places by name."""
    found, cursor = paging.cut(request, Place.objects.all(), ("name",), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/places", response={201: PlaceShown})
@needs("settings:write")
def add_place(request: ApiRequest, given: PlaceGiven) -> Status[PlaceShown]:
    """Add a place."""
    call = request.call
    row = catalogue.add(Place, call.practice_id, call.actor, **given.told())
    return Status(201, _shown(row))


@router.get("/places/{place_id}", response=PlaceShown)
@needs("settings:read")
def get_place(request: ApiRequest, place_id: UUID) -> PlaceShown:
    """One place."""
    return _shown(catalogue.find(Place, place_id))


@router.patch("/places/{place_id}", response=PlaceShown)
@needs("settings:write")
def change_place(request: ApiRequest, place_id: UUID, change: PlaceChange) -> PlaceShown:
    """Change what is given. Visits that are booked already keep their zone until they move."""
    call = request.call
    return _shown(
        catalogue.change(Place, call.practice_id, place_id, call.actor, **change.told("active"))
    )
