"""Lines: the numbers and mailboxes that the practice sends from."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Address, Channel, FullName, Given, Instant, Name, Passage, Shown
from carepost.messaging import lines
from carepost.messaging.models import PracticeLine
from carepost.practice.errors import NotFound

router = Router(tags=["Lines"])


class LineGiven(Given):
    """`settings` is the account at the carrier; it is kept sealed and never shown again.

    For twilio: account_sid, auth_token, api_base. For smtp: host, port, username, password, tls.
    `rate`: hand-overs a second; without, as fast as the carrier takes them.
    """

    channel: Channel
    carrier: FullName
    address: Annotated[Address, Field(max_length=254)]
    settings: Annotated[dict[FullName, Passage], Field(max_length=20)]
    rate: Annotated[float, Field(strict=True, gt=0, le=10_000, allow_inf_nan=False)] | None = None


class LineName(Given):
    """What the practice calls it; empty: it goes by its address."""

    name: Annotated[Name, Field(max_length=60)]


class PauseGiven(Given):
    """Until when nothing leaves by it; a month at most."""

    until: Instant


class Nothing(Given):
    """Nothing to say."""


NOTHING = Nothing()


class CheckedShown(Shown):
    """Whether the carrier knows us; `sentence` says what to do if not."""

    well: bool
    sentence: str


class LineShown(Shown):
    """`shared`: the host's, which other practices use too and the host alone changes."""

    id: UUID
    name: str
    channel: str
    carrier: str
    address: str
    rank: int
    rate: float | None
    active: bool
    paused_until: Instant | None
    trouble: str
    shared: bool


def _shown(row: PracticeLine) -> LineShown:
    line = row.line
    return LineShown.model_construct(
        id=row.id,
        name=row.name,
        channel=row.channel,
        carrier=line.carrier,
        address=line.address,
        rank=row.rank,
        rate=line.rate,
        active=line.active,
        paused_until=line.paused_until,
        trouble=line.trouble,
        shared=line.owner_id is None,
    )


_WHOLE = PracticeLine.objects.select_related("line")


@router.get("/lines", response=paging.Page[LineShown])
@needs("settings:read")
def list_lines(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[LineShown]:
    """Lines of the practice, and those of the host that it uses."""
    found, cursor = paging.cut(request, _WHOLE.all(), (), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/lines", response={201: LineShown})
@needs("settings:write")
def add_line(request: ApiRequest, line: LineGiven) -> Status[LineShown]:
    """Add a line of the practice's own."""
    call = request.call
    row = lines.add_line(
        call.practice_id,
        call.actor,
        channel=line.channel,
        carrier=line.carrier,
        address=line.address,
        settings=line.settings,
        rate=line.rate,
    )
    return Status(201, _shown(_WHOLE.get(id=row.id)))


@router.get("/lines/{line_id}", response=LineShown)
@needs("settings:read")
def get_line(request: ApiRequest, line_id: UUID) -> LineShown:
    """One line."""
    row = _WHOLE.filter(id=line_id).first()
    if row is None:
        raise NotFound("There is no such line.")
    return _shown(row)


@router.patch("/lines/{line_id}", response=LineShown)
@needs("settings:write")
def rename_line(request: ApiRequest, line_id: UUID, given: LineName) -> LineShown:
    """Give a line a name."""
    call = request.call
    return _shown(lines.rename(call.practice_id, line_id, call.actor, given.name))


@router.post("/lines/{line_id}/pause", response=LineShown)
@needs("settings:write")
def pause_line(request: ApiRequest, line_id: UUID, given: PauseGiven) -> LineShown:
    """Let nothing leave by a line of the practice's own until a moment."""
    call = request.call
    return _shown(lines.pause(call.practice_id, line_id, call.actor, given.until, call.now))


@router.post("/lines/{line_id}/resume", response=LineShown)
@needs("settings:write")
def resume_line(request: ApiRequest, line_id: UUID, nothing: Nothing = NOTHING) -> LineShown:
    """Let a paused line go on."""
    return _shown(lines.resume(request.call.practice_id, line_id, request.call.actor))


@router.post("/lines/{line_id}/switch-off", response=LineShown)
@needs("settings:write")
def switch_line_off(request: ApiRequest, line_id: UUID, nothing: Nothing = NOTHING) -> LineShown:
    """Let nothing leave by a line of the practice's own any more."""
    return _shown(lines.switch_off(request.call.practice_id, line_id, request.call.actor))


@router.post("/lines/{line_id}/switch-on", response=LineShown)
@needs("settings:write")
def switch_line_on(request: ApiRequest, line_id: UUID, nothing: Nothing = NOTHING) -> LineShown:
    """Let messages leave by it again."""
    return _shown(lines.switch_on(request.call.practice_id, line_id, request.call.actor))


@router.post("/lines/{line_id}/check", response=CheckedShown)
@needs("settings:write", own_transactions=True)
def check_line(request: ApiRequest, line_id: UUID, nothing: Nothing = NOTHING) -> CheckedShown:
    """Ask the carrier now whether it knows us; sends nothing, takes ten seconds at most."""
    call = request.call
    found = lines.check(call.practice_id, line_id, call.actor, call.now)
    return CheckedShown.model_construct(well=found.well, sentence=found.sentence)
