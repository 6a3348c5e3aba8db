"""Messages: planned, on their way, arrived, or held and dropped, with why."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from ninja import Status as Answer

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Address, Channel, Given, Instant, Name, Passage, Short, Shown
from carepost.messaging import board, outbox, why
from carepost.messaging.models import Message, MessageAbout
from carepost.messaging.status import Status
from carepost.practice.errors import NotFound
from carepost.practice.models import ApiToken

router = Router(tags=["Messages"])


class Nothing(Given):
    """Nothing to say."""


NOTHING = Nothing()


class WordsGiven(Given):
    """The very words: no merge field is filled in them. `subject` is an email's."""

    subject: Name = ""
    body: Passage


class TimeGiven(Given):
    """When it should leave."""

    due_at: Instant


class OtherWay(Given):
    """Another messaging method than the one that it had."""

    channel: Channel


class DecisionGiven(Given):
    """What became of a message in doubt: it was sent, is to be sent again, or is left."""

    decision: Literal["sent", "planned", "dropped"]


class TestGiven(Given):
    """A test to the token's member; `address` is their own number or mailbox."""

    channel: Channel
    address: Address
    subject: Name = ""
    body: Passage


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


class WordsShown(Shown):
    """`source`: sent (these were), edited (a member wrote them), preview (filled with the facts of
    now), or none: then `text` is null and `sentence` says why."""

    source: str
    channel: str
    subject: str
    text: str | None
    at: Instant | None
    segments: int | None
    sentence: str


class LineTold(Shown):
    """One thing that happened; `at` null: it stands now. `kind`: made, deed, gates, held, attempt,
    receipt, now."""

    at: Instant | None
    kind: str
    sentence: str
    detail: str


class MendTold(Shown):
    """What mends it: a code, and what a button for it says."""

    code: str
    label: str


def mend_told(mend: why.Mend | None) -> MendTold | None:
    """What mends it, as the API says it."""
    return MendTold.model_construct(code=mend.code, label=mend.label) if mend else None


class StoryShown(Shown):
    """Why, in sentences (`lines`; `summary` is the same in short), and the raw trace."""

    message_id: UUID
    status: str
    summary: list[str]
    reason: str
    lines: list[LineTold]
    mend: MendTold | None
    trace: dict[str, Any]


class MessagePaging(paging.Paging):
    """`q` looks in the client's name, numbers and addresses."""

    q: Name = ""
    rule_id: UUID | None = None
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


def _asked(page: MessagePaging) -> board.Filter:
    """The filters that were given."""
    return board.Filter(
        state=page.status or "",
        kind=page.kind,
        channel=page.channel or "",
        rule_id=page.rule_id,
        client_id=page.client_id,
        due_from=page.due_after,
        due_until=page.due_before,
        words=page.q,
    )


@router.get("/messages", response=paging.Page[MessageShown])
@needs("messages:read")
def list_messages(
    request: ApiRequest, page: Annotated[MessagePaging, Query()]
) -> paging.Page[MessageShown]:
    """Messages, those due last first."""
    rows = _asked(page).rows(request.call.practice_id).defer("trace", "sealed_words")
    if page.appointment_id:
        about = MessageAbout.objects.filter(appointment_id=page.appointment_id)
        rows = rows.filter(id__in=about.values("message_id"))
    found, cursor = paging.cut(request, rows, ("-due_at",), page)
    request.call.has_read("message", [row.id for row in found])
    return paging.Page(items=_shown_all(found), next_cursor=cursor)


@router.post("/messages/test", response={201: MessageShown})
@needs("messages:write")
def send_test(request: ApiRequest, test: TestGiven) -> Answer[MessageShown]:
    """Send the token's member a message marked as a test; its `why` tells what came of it."""
    call = request.call
    member_id = ApiToken.objects.values_list("member_id", flat=True).get(id=call.bearer.token_id)
    made = outbox.say_test(
        call.practice_id,
        member_id,
        call.actor,
        channel=test.channel,
        address=test.address,
        subject=test.subject,
        body=test.body,
        now=call.now,
    )
    return Answer(201, _shown_all([made])[0])


@router.get("/messages/{message_id}", response=MessageShown)
@needs("messages:read")
def get_message(request: ApiRequest, message_id: UUID) -> MessageShown:
    """One message."""
    row = _one(message_id)
    request.call.has_read("message", [row.id])
    return _shown_all([row])[0]


@router.get("/messages/{message_id}/why", response=StoryShown)
@needs("messages:read")
def tell_why(request: ApiRequest, message_id: UUID) -> StoryShown:
    """Why it went, waits, or never left: its whole story."""
    call = request.call
    told = why.story(call.practice_id, message_id, call.now)
    call.has_read("message", [message_id])
    lines = [
        LineTold.model_construct(
            at=line.at, kind=line.kind, sentence=line.sentence, detail=line.detail
        )
        for line in told.lines
    ]
    return StoryShown.model_construct(
        message_id=told.message_id,
        status=told.status,
        summary=[f"{line.sentence} {line.detail}".rstrip() for line in told.lines],
        reason=told.reason,
        lines=lines,
        mend=mend_told(told.mend),
        trace=told.raw,
    )


@router.get("/messages/{message_id}/words", response=WordsShown)
@needs("messages:read")
def get_words(request: ApiRequest, message_id: UUID) -> WordsShown:
    """What it said, or will say by the facts of now."""
    call = request.call
    said = outbox.words_of(call.practice_id, message_id, call.now)
    call.has_read("message", [message_id])
    return WordsShown.model_construct(
        source=said.source,
        channel=said.channel,
        subject=said.subject,
        text=said.text,
        at=said.at,
        segments=said.sms.segments if said.sms else None,
        sentence=said.sentence,
    )


@router.post("/messages/{message_id}/words", response=MessageShown)
@needs("messages:write")
def edit_words(request: ApiRequest, message_id: UUID, words: WordsGiven) -> MessageShown:
    """Let what waits say these very words, whatever its template says."""
    call = request.call
    outbox.edit_words(
        call.practice_id, message_id, call.actor, subject=words.subject, body=words.body
    )
    return _shown_all([_one(message_id)])[0]


@router.post("/messages/{message_id}/reset-words", response=MessageShown)
@needs("messages:write")
def reset_words(request: ApiRequest, message_id: UUID, nothing: Nothing = NOTHING) -> MessageShown:
    """Let what waits say what its template says again."""
    call = request.call
    outbox.reset_words(call.practice_id, message_id, call.actor)
    return _shown_all([_one(message_id)])[0]


@router.post("/messages/{message_id}/time", response=MessageShown)
@needs("messages:write")
def move_message(request: ApiRequest, message_id: UUID, time: TimeGiven) -> MessageShown:
    """Let what waits leave at another time, before it is too late; its gates are asked then."""
    call = request.call
    outbox.move(call.practice_id, message_id, call.actor, time.due_at, call.now)
    return _shown_all([_one(message_id)])[0]


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


@router.post("/messages/{message_id}/restore", response=MessageShown)
@needs("messages:write")
def restore_message(
    request: ApiRequest, message_id: UUID, nothing: Nothing = NOTHING
) -> MessageShown:
    """Take a cancelling back, within five minutes of it."""
    return _do(request, message_id, outbox.restore)


@router.post("/messages/{message_id}/retry", response=MessageShown)
@needs("messages:write")
def retry_message(
    request: ApiRequest, message_id: UUID, nothing: Nothing = NOTHING
) -> MessageShown:
    """Try again what failed, or was not delivered."""
    return _do(request, message_id, outbox.retry)


@router.post("/messages/{message_id}/retry-by", response={201: MessageShown})
@needs("messages:write")
def retry_message_by(request: ApiRequest, message_id: UUID, way: OtherWay) -> Answer[MessageShown]:
    """Say the same by another method: a new message, whose id is another."""
    call = request.call
    made = outbox.retry_by(call.practice_id, message_id, way.channel, call.actor, call.now)
    return Answer(201, _shown_all([made])[0])


@router.post("/messages/{message_id}/decide", response=MessageShown)
@needs("messages:write")
def decide_message(request: ApiRequest, message_id: UUID, given: DecisionGiven) -> MessageShown:
    """Say what became of a message in doubt (needs_person)."""
    call = request.call
    outbox.decide(call.practice_id, message_id, given.decision, call.actor, call.now)
    return _shown_all([_one(message_id)])[0]


def _do(request: ApiRequest, message_id: UUID, act: Callable[..., object]) -> MessageShown:
    call = request.call
    act(call.practice_id, message_id, call.actor, call.now)
    return _shown_all([_one(message_id)])[0]
