"""Clients: the people whom the practice treats."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources import contact_points
from carepost.api.resources.contact_points import PointGiven, PointShown
from carepost.api.values import Channel, Day, FullName, Given, Instant, Name, Short, Shown
from carepost.appointments import archiving
from carepost.people import finding, register
from carepost.people.models import Client, Contact
from carepost.practice.errors import NotFound

router = Router(tags=["Clients"])


class ClientChange(Given):
    first_name: FullName | None = None
    last_name: Name | None = None
    timezone: Name | None = None
    language: Short | None = None
    birth_date: Day | None = None
    assigned_channel: Channel | None = None
    notes: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] | None = None


class ClientGiven(ClientChange):
    first_name: FullName
    contact_points: Annotated[list[PointGiven], Field(max_length=20)] = []
    source: Short | None = None
    external_id: Name | None = None


class ClientShown(Shown):
    id: UUID
    first_name: str
    last_name: str
    timezone: str
    language: str
    birth_date: date | None
    assigned_channel: str
    notes: str
    contact_points: list[PointShown]
    source: str
    external_id: str
    created_at: Instant
    archived_at: Instant | None


class ClientPaging(paging.Paging):
    """`archived`: those who are, instead of those who are not."""

    q: Name = ""
    archived: bool = False
    external_id: Name = ""


def shown_all(clients: Sequence[Client]) -> list[ClientShown]:
    """Clients with their contact points, in one more query."""
    reached_by = points_of("client_id", [client.id for client in clients])
    return [_shown(client, reached_by[client.id]) for client in clients]


def points_of(owner: str, ids: Sequence[UUID]) -> dict[UUID, list[PointShown]]:
    """The contact points in use of these people, preferred ones first. `owner`: the id's column."""
    rows = contact_points.in_use().filter(**{f"{owner}__in": ids})
    found: dict[UUID, list[PointShown]] = defaultdict(list)
    for point in rows.order_by("system", "rank", "id"):
        found[getattr(point, owner)].append(contact_points.shown(point))
    return found


def plain(client: Client | Contact) -> dict[str, Any]:
    """What a client and a contact have in common (`Any`: each of its own type)."""
    names = ["id", "first_name", "last_name", "timezone", "language", "assigned_channel"]
    names += ["source", "external_id", "created_at", "archived_at"]
    return {name: getattr(client, name) for name in names}


def _shown(client: Client, points: list[PointShown]) -> ClientShown:
    return ClientShown.model_construct(
        **plain(client),
        birth_date=client.birth_date,
        notes=client.notes,
        contact_points=points,
    )


@router.get("/clients", response=paging.Page[ClientShown])
@needs("clients:read")
def list_clients(
    request: ApiRequest, page: Annotated[ClientPaging, Query()]
) -> paging.Page[ClientShown]:
    """Clients by name. `q`: beginnings of names, part of a number or address, a birth date."""
    rows = finding.matching(Client.objects.all(), page.q)
    if page.external_id:
        rows = rows.filter(external_id=page.external_id)
    else:
        rows = rows.filter(archived_at__isnull=not page.archived)
    found, cursor = paging.cut(request, rows, ("last_name", "first_name"), page)
    request.call.has_read("client", [client.id for client in found])
    return paging.Page(items=shown_all(found), next_cursor=cursor)


@router.post("/clients", response={201: ClientShown})
@needs("clients:write")
def add_client(request: ApiRequest, client: ClientGiven) -> Status[ClientShown]:
    """Add a client with the ways to reach them."""
    call = request.call
    fields = client.told()
    fields["birth_date"] = client.birth_date
    fields["contact_points"] = [point.model_dump() for point in client.contact_points]
    made = register.add_client(call.practice_id, call.actor, **fields)
    return Status(201, shown_all([made])[0])


@router.get("/clients/{client_id}", response=ClientShown)
@needs("clients:read")
def get_client(request: ApiRequest, client_id: UUID) -> ClientShown:
    """One client."""
    client = Client.objects.filter(id=client_id).first()
    if client is None:
        raise NotFound("There is no such client.")
    request.call.has_read("client", [client.id])
    return shown_all([client])[0]


@router.patch("/clients/{client_id}", response=ClientShown)
@needs("clients:write")
def change_client(request: ApiRequest, client_id: UUID, change: ClientChange) -> ClientShown:
    """Change what is given; null empties a field."""
    call = request.call
    fields = change.told()
    if "birth_date" in fields:
        fields["birth_date"] = change.birth_date
    client = register.change_client(call.practice_id, client_id, call.actor, **fields)
    return shown_all([client])[0]


@router.post("/clients/{client_id}/archive", response=ClientShown)
@needs("clients:write")
def archive_client(request: ApiRequest, client_id: UUID) -> ClientShown:
    """Take a client who has no visits ahead out of the lists."""
    call = request.call
    return shown_all([archiving.archive(call.practice_id, client_id, call.actor, call.now)])[0]


@router.post("/clients/{client_id}/restore", response=ClientShown)
@needs("clients:write")
def restore_client(request: ApiRequest, client_id: UUID) -> ClientShown:
    """Take a client back into the lists."""
    call = request.call
    return shown_all([register.restore_client(call.practice_id, client_id, call.actor)])[0]
