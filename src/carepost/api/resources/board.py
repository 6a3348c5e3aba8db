"""The outbox at a glance: counts, what leaves next, what needs somebody, who will hear from us."""

from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from ninja import Query, Router
from pydantic import BaseModel, Field

from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources.messages import MendTold, mend_told
from carepost.api.values import Channel, Instant, Name, Short, Shown
from carepost.appointments.models import Appointment
from carepost.messaging import board, why
from carepost.people.models import Client
from carepost.practice.errors import NotFound
from carepost.practice.models import Practice

router = Router(tags=["Messages"])


class CountAsked(BaseModel):
    """As the list of messages is asked, but for the status."""

    kind: Short = ""
    channel: Channel | None = None
    rule_id: UUID | None = None
    client_id: UUID | None = None
    due_after: Instant | None = None
    due_before: Instant | None = None
    q: Name = ""


class CountsShown(Shown):
    """By status; a status without messages is left out. `most` + 1 stands for more than `most`."""

    most: int
    counts: dict[str, int]


class HourShown(Shown):
    """What leaves within the hour that begins at `hour`."""

    hour: Instant
    channel: str
    messages: int


class LeavingShown(Shown):
    """The next 24 hours, this one included, and what came of the last."""

    hours: list[HourShown]
    last_hour: dict[str, int]


class DayShown(Shown):
    """What was due on a local day of the practice, by what came of it."""

    day: date
    counts: dict[str, int]


class DaysShown(Shown):
    days: list[DayShown]


class DaysAsked(BaseModel):
    days: Annotated[int, Field(ge=1, le=90)] = 30


class NeedShown(Shown):
    """One thing to see to. `code`: line, needs_person, failed, undelivered, held, unheard."""

    code: str
    sentence: str
    at: Instant
    mend: MendTold | None
    client_id: UUID | None
    message_id: UUID | None
    appointment_id: UUID | None
    line_id: UUID | None


class NeedsShown(Shown):
    """The most pressing first; `more` than `total` if so many were not counted out."""

    items: list[NeedShown]
    total: int
    more: bool


class ForecastShown(Shown):
    """Messages of a rule that left in the last 7 days, and that will in the next 7."""

    rule_id: UUID
    left: int
    will: int


class ForecastsShown(Shown):
    items: list[ForecastShown]


class HearingShown(Shown):
    """Whether a client will hear from us. `code` planned and told: they will, or did.

    `reasons`: rule by rule, why it said nothing; of a visit alone.
    """

    code: str
    well: bool
    sentence: str
    at: Instant | None
    channel: str
    message_id: UUID | None
    mend: MendTold | None
    reasons: list[str]


@router.get("/messages/counts", response=CountsShown)
@needs("messages:read")
def count_messages(request: ApiRequest, asked: Annotated[CountAsked, Query()]) -> CountsShown:
    """How many messages there are of each status, counted up to 999."""
    wanted = board.Filter(
        kind=asked.kind,
        channel=asked.channel or "",
        rule_id=asked.rule_id,
        client_id=asked.client_id,
        due_from=asked.due_after,
        due_until=asked.due_before,
        words=asked.q,
    )
    found = board.counts(request.call.practice_id, wanted)
    return CountsShown.model_construct(
        most=board.MOST, counts={str(s): n for s, n in found.items()}
    )


@router.get("/messages/leaving", response=LeavingShown)
@needs("messages:read")
def list_leaving(request: ApiRequest) -> LeavingShown:
    """What leaves in the next 24 hours, by hour and channel; what came of the last hour."""
    flow = board.flow(request.call.practice_id, request.call.now)
    return LeavingShown.model_construct(
        hours=[HourShown.model_construct(**h._asdict()) for h in flow.leaving],
        last_hour={str(s): n for s, n in flow.last_hour.items()},
    )


@router.get("/messages/days", response=DaysShown)
@needs("messages:read")
def list_days(request: ApiRequest, asked: Annotated[DaysAsked, Query()]) -> DaysShown:
    """The last days, by what came of what was due on each; days without any are left out."""
    call = request.call
    zone = ZoneInfo(Practice.objects.values_list("timezone", flat=True).get(id=call.practice_id))
    found: dict[date, dict[str, int]] = {}
    for each in board.days(call.practice_id, call.now, zone, asked.days):
        found.setdefault(each.day, {})[str(each.status)] = each.messages
    return DaysShown.model_construct(
        days=[DayShown.model_construct(day=day, counts=counts) for day, counts in found.items()]
    )


@router.get("/messages/needs", response=NeedsShown)
@needs("messages:read")
def list_needs(request: ApiRequest) -> NeedsShown:
    """What needs somebody now: lines in trouble, what failed or is held, who hears nothing."""
    call = request.call
    found = board.needs(call.practice_id, call.now)
    call.has_read("client", [need.client_id for need in found.rows if need.client_id])
    items = [
        NeedShown.model_construct(
            code=need.code,
            sentence=need.sentence,
            at=need.at,
            mend=mend_told(need.mend),
            client_id=need.client_id,
            message_id=need.message_id,
            appointment_id=need.appointment_id,
            line_id=need.line_id,
        )
        for need in found.rows
    ]
    return NeedsShown.model_construct(items=items, total=found.total, more=found.more)


@router.get("/messages/forecast", response=ForecastsShown)
@needs("messages:read")
def list_forecasts(request: ApiRequest) -> ForecastsShown:
    """What each rule did in the last 7 days, and will do in the next 7."""
    found = board.forecast(request.call.practice_id, request.call.now)
    return ForecastsShown.model_construct(
        items=[
            ForecastShown.model_construct(rule_id=rule, left=f.left, will=f.will)
            for rule, f in found.items()
        ]
    )


@router.get("/clients/{client_id}/hearing", response=HearingShown)
@needs("messages:read")
def client_hearing(request: ApiRequest, client_id: UUID) -> HearingShown:
    """Whether a client will hear from us of their next visit."""
    call = request.call
    if not Client.objects.filter(id=client_id).exists():
        raise NotFound("There is no such client.")
    call.has_read("client", [client_id])
    return _hearing(why.will_hear(call.practice_id, [client_id], call.now)[client_id])


@router.get("/appointments/{appointment_id}/hearing", response=HearingShown)
@needs("messages:read")
def visit_hearing(request: ApiRequest, appointment_id: UUID) -> HearingShown:
    """Whether a client will hear from us of a visit; and why not, rule by rule."""
    call = request.call
    clients = Appointment.objects.filter(id=appointment_id).values_list("client_id", flat=True)
    client_id = clients.first()
    found = client_id and why.why_nothing(call.practice_id, client_id, appointment_id, call.now)
    if not client_id or not found:
        raise NotFound("There is no such visit.")
    call.has_read("client", [client_id])
    return _hearing(found)


def _hearing(found: why.Hearing) -> HearingShown:
    return HearingShown.model_construct(
        code=found.code,
        well=found.well,
        sentence=found.sentence,
        at=found.at,
        channel=found.channel,
        message_id=found.message_id,
        mend=mend_told(found.mend),
        reasons=list(found.reasons),
    )
