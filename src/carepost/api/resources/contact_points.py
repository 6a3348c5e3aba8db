"""Contact points: the ways to reach a client or a contact."""

from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Router, Status

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Address, Given, Instant, Rank, Short, Shown, System
from carepost.people import points
from carepost.people.models import ContactPoint
from carepost.practice.errors import NotFound

router = Router(tags=["Contact points"])


class PointGiven(Given):
    """A way to reach somebody. Numbers without + are read as the practice's country writes them."""

    system: System
    value: Address
    use: Short | None = None
    rank: Rank | None = None


class PointAdded(PointGiven):
    client_id: UUID | None = None
    contact_id: UUID | None = None


class PointChange(Given):
    """Another number or address is another contact point: add that, and delete this one."""

    use: Short | None = None
    rank: Rank | None = None


class PointShown(Shown):
    id: UUID
    system: str
    value: str
    use: str
    rank: int
    invalid_since: Instant | None


class PointOfShown(PointShown):
    client_id: UUID | None
    contact_id: UUID | None
    created_at: Instant


class PointPaging(paging.Paging):
    client_id: UUID | None = None
    contact_id: UUID | None = None


def shown(point: ContactPoint) -> PointShown:
    """As it stands within a person."""
    return PointShown.model_construct(
        id=point.id,
        system=point.system,
        value=point.value,
        use=point.use,
        rank=point.rank,
        invalid_since=point.invalid_since,
    )


def in_use() -> QuerySet[ContactPoint]:
    """All but those that were taken out of use."""
    return ContactPoint.objects.exclude(use=points.OLD)


def _shown_of(point: ContactPoint) -> PointOfShown:
    return PointOfShown.model_construct(
        **shown(point).model_dump(),
        client_id=point.client_id,
        contact_id=point.contact_id,
        created_at=point.created_at,
    )


@router.get("/contact-points", response=paging.Page[PointOfShown])
@needs("clients:read")
def list_contact_points(
    request: ApiRequest, page: Annotated[PointPaging, Query()]
) -> paging.Page[PointOfShown]:
    """Contact points in use, of everybody or of one person."""
    rows = in_use()
    if page.client_id:
        rows = rows.filter(client_id=page.client_id)
    if page.contact_id:
        rows = rows.filter(contact_id=page.contact_id)
    found, cursor = paging.cut(request, rows, (), page)
    request.call.has_read("contact_point", [point.id for point in found])
    return paging.Page(items=[_shown_of(point) for point in found], next_cursor=cursor)


@router.post("/contact-points", response={201: PointOfShown})
@needs("clients:write")
def add_contact_point(request: ApiRequest, point: PointAdded) -> Status[PointOfShown]:
    """Add a way to reach a client or a contact."""
    call = request.call
    made = points.add_contact_point(
        call.practice_id,
        call.actor,
        client_id=point.client_id,
        contact_id=point.contact_id,
        system=point.system,
        value=point.value,
        use=point.use or "",
        rank=point.rank or 1,
    )
    return Status(201, _shown_of(made))


@router.get("/contact-points/{point_id}", response=PointOfShown)
@needs("clients:read")
def get_contact_point(request: ApiRequest, point_id: UUID) -> PointOfShown:
    """One contact point."""
    point = in_use().filter(id=point_id).first()
    if point is None:
        raise NotFound("There is no such contact point.")
    request.call.has_read("contact_point", [point.id])
    return _shown_of(point)


@router.patch("/contact-points/{point_id}", response=PointOfShown)
@needs("clients:write")
def change_contact_point(request: ApiRequest, point_id: UUID, change: PointChange) -> PointOfShown:
    """Change use or rank; those that had the rank or a later one step back."""
    call = request.call
    use = "" if "use" in change.model_fields_set and change.use is None else change.use
    point = points.change_contact_point(
        call.practice_id, point_id, call.actor, **change.sent("rank") | {"use": use}
    )
    return _shown_of(point)


@router.delete("/contact-points/{point_id}", response={204: None})
@needs("clients:write")
def remove_contact_point(request: ApiRequest, point_id: UUID) -> Status[None]:
    """Take a contact point out of use. What was sent there still names it."""
    call = request.call
    points.remove_contact_point(call.practice_id, point_id, call.actor, call.now)
    return Status(204, None)
