"""Consents of a client, and stops of an address."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources import contact_points
from carepost.api.values import Address, Channel, Flag, Given, Instant, Passage, Short, Shown
from carepost.people import consent
from carepost.people.addresses import SYSTEM_OF, of_channel
from carepost.people.models import Client, Consent, Stop
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import Practice

router = Router(tags=["Consents and stops"])
Kinds = Annotated[list[Short], Field(max_length=20)]
API = "api"


class ConsentGiven(Given):
    """`given` false withdraws. Without an address: every one the client has for the channel."""

    channel: Channel
    address: Address | None = None
    given: Flag = True
    kinds: Kinds = []
    how: Short | None = None
    words: Passage | None = None


class ConsentShown(Shown):
    id: UUID
    client_id: UUID
    channel: str
    address: str
    given: bool
    kinds: list[str]
    at: Instant
    how: str
    words: str


class ClientStopGiven(Given):
    """Without an address: every one the client has for the channel."""

    channel: Channel
    address: Address | None = None
    kinds: Kinds = []


class StopGiven(Given):
    channel: Channel
    address: Address
    kinds: Kinds = []


class StopShown(Shown):
    id: UUID
    channel: str
    address: str
    kinds: list[str]
    at: Instant
    lifted_at: Instant | None
    how: str


class StopPaging(paging.Paging):
    channel: Channel | None = None
    address: Address = ""


class Several(Shown):
    """What was written, one for each address."""

    items: list[StopShown]


class SeveralConsents(Shown):
    items: list[ConsentShown]


def _consent(row: Consent) -> ConsentShown:
    names = ConsentShown.model_fields
    return ConsentShown.model_construct(**{name: getattr(row, name) for name in names})


def _stop(row: Stop) -> StopShown:
    names = StopShown.model_fields
    return StopShown.model_construct(**{name: getattr(row, name) for name in names})


def _addresses(client_id: UUID, channel: str, address: str | None) -> list[str]:
    """The one that was named, or all of a client's for a channel. Raises NotFound, Refused."""
    if not Client.objects.filter(id=client_id).exists():
        raise NotFound("There is no such client.")
    if address:
        return [address]
    points = contact_points.in_use().filter(client_id=client_id, system=SYSTEM_OF[channel])
    found = list(points.order_by("rank", "id").values_list("value", flat=True))
    if not found:
        raise Refused("This client has no address for that channel: name one.", "address")
    return found


@router.get("/clients/{client_id}/consents", response=paging.Page[ConsentShown])
@needs("clients:read")
def list_consents(
    request: ApiRequest, client_id: UUID, page: Annotated[paging.Paging, Query()]
) -> paging.Page[ConsentShown]:
    """What a client agreed to and withdrew, the newest first; of an address the newest counts."""
    if not Client.objects.filter(id=client_id).exists():
        raise NotFound("There is no such client.")
    rows = Consent.objects.filter(client_id=client_id)
    found, cursor = paging.cut(request, rows, ("-at",), page)
    request.call.has_read("client", [client_id])
    return paging.Page(items=[_consent(row) for row in found], next_cursor=cursor)


@router.post("/clients/{client_id}/consents", response={201: SeveralConsents})
@needs("clients:write")
def add_consent(
    request: ApiRequest, client_id: UUID, said: ConsentGiven
) -> Status[SeveralConsents]:
    """Keep that a client agreed, or no longer agrees, with the words they were shown."""
    call = request.call
    keep = consent.give if said.given else consent.withdraw
    rows = [
        keep(
            call.practice_id,
            client_id,
            call.actor,
            channel=said.channel,
            address=address,
            kinds=said.kinds,
            how=said.how or API,
            words=said.words or "",
            now=call.now,
        )
        for address in _addresses(client_id, said.channel, said.address)
    ]
    return Status(201, SeveralConsents(items=[_consent(row) for row in rows]))


@router.post("/clients/{client_id}/stops", response={201: Several})
@needs("clients:write")
def stop_client(request: ApiRequest, client_id: UUID, stop: ClientStopGiven) -> Status[Several]:
    """Stop all messages of a channel to a client's address, or to all of them."""
    rows = [
        _make(request, stop.channel, address, stop.kinds)
        for address in _addresses(client_id, stop.channel, stop.address)
    ]
    return Status(201, Several(items=[_stop(row) for row in rows]))


@router.get("/stops", response=paging.Page[StopShown])
@needs("clients:read")
def list_stops(request: ApiRequest, page: Annotated[StopPaging, Query()]) -> paging.Page[StopShown]:
    """Stops in force, the newest first."""
    rows = Stop.objects.filter(lifted_at=None)
    if page.channel:
        rows = rows.filter(channel=page.channel)
    if page.address:
        practice = Practice.objects.get(id=request.call.practice_id)
        channel = page.channel or ("email" if "@" in page.address else "sms")
        rows = rows.filter(address=of_channel(channel, page.address, practice.country))
    found, cursor = paging.cut(request, rows, ("-at",), page)
    request.call.has_read("stop", [row.id for row in found])
    return paging.Page(items=[_stop(row) for row in found], next_cursor=cursor)


@router.post("/stops", response={201: StopShown})
@needs("clients:write")
def add_stop(request: ApiRequest, stop: StopGiven) -> Status[StopShown]:
    """Stop all messages of a channel to an address, whoever has it."""
    return Status(201, _stop(_make(request, stop.channel, stop.address, stop.kinds)))


@router.delete("/stops/{stop_id}", response={204: None})
@needs("clients:write")
def lift_stop(request: ApiRequest, stop_id: UUID) -> Status[None]:
    """Lift the stops of this one's channel and address: it asked to hear again."""
    call = request.call
    row = Stop.objects.filter(id=stop_id).first()
    if row is None:
        raise NotFound("There is no such stop.")
    if row.lifted_at is None:
        consent.lift(
            call.practice_id,
            call.actor,
            channel=row.channel,
            address=row.address,
            how=API,
            now=call.now,
        )
    return Status(204, None)


def _make(request: ApiRequest, channel: str, address: str, kinds: list[str]) -> Stop:
    call = request.call
    return consent.stop(
        call.practice_id,
        call.actor,
        channel=channel,
        address=address,
        kinds=kinds,
        how=API,
        now=call.now,
    )
