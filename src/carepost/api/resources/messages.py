"""Messages: planned, on their way, arrived, or held and dropped, with why."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Channel, Given, Instant, Short, Shown
from carepost.messaging import outbox, why
from carepost.messaging.models import Message, MessageAbout
from carepost.messaging.status import Status
from carepost.practice.errors import NotFound

router = Router(tags=["Messages"])


class Nothing(Given):
    """Nothing to say."""


NOTHING = Nothing()


class ErrorShown(Shown):
    """What the carrier said: its code, and a sentence."""

    code: str
    words: str


class MessageShown(Shown):
    """`hold` and `drop` are codes: why it waits, why it never left. `/why` tells all of it."""

    id: UUID
    to: str
    channel: str
    kind: str
    what: str
    status: str
    hold: str | None
    drop: str | None
    due_at: Instant
    expires_at: Instant
    sent_at: Instant | None
    client_id: UUID | None
    contact_id: UUID | None
    rule_id: UUID | None
    appointment_ids: list[UUID]
    tries: int
    error: ErrorShown | None


class MessagePaging(paging.Paging):
    kind: Short = ""
    status: Status | None = None
    channel: Channel | None = None
    client_id: UUID | None = None
    appointment_id: UUID | None = None
    due_after: Instant | None = None
    due_before: Instant | None = None


_PLAIN = (
    "id", "channel", "kind", "what", "status", "due_at", "expires_at", "sent_at", "client_id",
    "contact_id", "rule_id", "tries",
)  # fmt: skip


def _shown_all(rows: Sequence[Message]) -> list[MessageShown]:
    about: dict[UUID, list[UUID]] = defaultdict(list)
    spoken_of = MessageAbout.objects.filter(message_id__in=[row.id for row in rows])
    for message_id, visit_id in spoken_of.order_by("id").values_list(
        "message_id", "appointment_id"
    ):
        about[message_id].append(visit_id)
    return [_shown(row, about[row.id]) for row in rows]


def _shown(row: Message, about: list[UUID]) -> MessageShown:
    error = None
    if row.error_code or row.error_words:
        error = ErrorShown(code=row.error_code, words=row.error_words)
    return MessageShown.model_construct(
        **{name: getattr(row, name) for name in _PLAIN},
        to=row.address,
        hold=row.hold or None,
        drop=row.drop or None,
        appointment_ids=about,
        error=error,
    )


def _one(message_id: UUID) -> Message:
    row = Message.objects.filter(id=message_id).first()
    if row is None:
        raise NotFound("There is no such message.")
    return row


def _asked(page: MessagePaging) -> dict[str, Any]:
    """The filters that were given, as Django writes them (`Any`: each of its own type)."""
    asked = {
        "kind": page.kind or None,
        "status": page.status,
        "channel": page.channel,
        "client_id": page.client_id,
        "due_at__gte": page.due_after,
        "due_at__lt": page.due_before,
    }
    return {name: value for name, value in asked.items() if value is not None}


@router.get("/messages", response=paging.Page[MessageShown])
@needs("messages:read")
def list_messages(
    request: ApiRequest, page: Annotated[MessagePaging, Query()]
) -> paging.Page[MessageShown]:
    """Messages, those due last first."""
    rows = Message.objects.filter(**_asked(page)).defer("trace", "sealed_words")
    if page.appointment_id:
        about = MessageAbout.objects.filter(appointment_id=page.appointment_id)
        rows = rows.filter(id__in=about.values("message_id"))
    found, cursor = paging.cut(request, rows, ("-due_at",), page)
    request.call.has_read("message", [row.id for row in found])
    return paging.Page(items=_shown_all(found), next_cursor=cursor)


@router.get("/messages/{message_id}", response=MessageShown)
@needs("messages:read")
def get_message(request: ApiRequest, message_id: UUID) -> MessageShown:
    """One message."""
    row = _one(message_id)
    request.call.has_read("message", [row.id])
    return _shown_all([row])[0]


@router.get("/messages/{message_id}/why", response=dict[str, Any])
@needs("messages:read")
def tell_why(request: ApiRequest, message_id: UUID) -> dict[str, Any]:
    """Why it went, waits, or never left: its whole story."""
    _one(message_id)
    request.call.has_read("message", [message_id])
    return why.story(request.call.practice_id, message_id)


@router.post("/messages/{message_id}/send-now", response=MessageShown)
@needs("messages:write")
def send_now(request: ApiRequest, message_id: UUID, nothing: Nothing = NOTHING) -> MessageShown:
    """Send what is planned or held at once, if its gates let it."""
    return _do(request, message_id, outbox.send_now)


@router.post("/messages/{message_id}/cancel", response=MessageShown)
@needs("messages:write")
def cancel_message(
    request: ApiRequest, message_id: UUID, nothing: Nothing = NOTHING
) -> MessageShown:
    """Drop what has not left yet."""
    return _do(request, message_id, outbox.cancel)


@router.post("/messages/{message_id}/retry", response=MessageShown)
@needs("messages:write")
def retry_message(
    request: ApiRequest, message_id: UUID, nothing: Nothing = NOTHING
) -> MessageShown:
    """Try again what failed, or was not delivered."""
    return _do(request, message_id, outbox.retry)


def _do(request: ApiRequest, message_id: UUID, act: Callable[..., object]) -> MessageShown:
    call = request.call
    act(call.practice_id, message_id, call.actor, call.now)
    return _shown_all([_one(message_id)])[0]
