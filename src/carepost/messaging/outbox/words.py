"""The words of a message: those a member wrote for it, and what was or will be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from django.utils.translation import gettext as _

from carepost.ground import sealing
from carepost.messaging.channels.sms import Segments, measure
from carepost.messaging.models import Attempt, Message
from carepost.messaging.outbound.arm_row import about_of, case_of
from carepost.messaging.outbound.compose import LIMITS, CannotCompose, Words, as_set, compose
from carepost.messaging.outbound.gates import still_meant
from carepost.messaging.outbox import facts_now, row
from carepost.messaging.reasons import sentence
from carepost.messaging.status import WAITING, Status
from carepost.people.models import Client
from carepost.practice import audit, fields, keys
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.audit import Actor

SUBJECT_LIMIT = 200  # characters, as of a template's


@dataclass(frozen=True, slots=True)
class Said:
    """What a message said, or will say.

    `source`: sent (an attempt's own words, handed over at `at`), edited (a member wrote them),
    preview (the template filled with the facts of now), or none: then `text` is None and `sentence`
    says why there are none, and it counts as false. `html` is a mail's; `sms` is what an SMS costs.
    """

    source: str
    channel: str
    subject: str = ""
    text: str | None = None
    html: str = ""
    at: datetime | None = None
    sms: Segments | None = None
    sentence: str = ""

    def __bool__(self) -> bool:
        return self.text is not None


def edit_words(
    practice_id: UUID,
    message_id: UUID,
    actor: Actor,
    *,
    subject: str = "",
    body: str,
) -> Message:
    """Let a waiting message say these very words; the planner never overwrites them.

    They are sealed under the client's key. `subject` is a mail's, and ignored elsewhere. Raises
    NotFound, Conflict; Refused (`subject`, `body`) for what cannot be sent.
    """
    with acting_for(practice_id):
        message = row.waiting(practice_id, message_id)
        subject, body = checked(message.channel, subject, body)
        message.sealed_words = seal(message, subject, body)
        message.words_set = True
        if message.hold == "wording":
            message.status, message.hold = Status.PLANNED, ""
        message.save(update_fields=["sealed_words", "words_set", "status", "hold"])
        audit.record(practice_id, actor, "message.edit_words", "message", message_id)
        return message


def reset_words(practice_id: UUID, message_id: UUID, actor: Actor) -> Message:
    """Let a waiting message say what its template says again. Raises NotFound, Conflict."""
    with acting_for(practice_id):
        message = row.waiting(practice_id, message_id)
        if not message.words_set:
            return message
        if message.rule_id is None:
            raise Refused(_("This message has no template: its words are its own."), "body")
        message.sealed_words, message.words_set = None, False
        message.save(update_fields=["sealed_words", "words_set"])
        audit.record(practice_id, actor, "message.reset_words", "message", message_id)
        return message


def words_of(practice_id: UUID, message_id: UUID, now: datetime) -> Said:
    """What a message said: the words of its last attempt; or will say: by the facts of now.

    Runs in the caller's transaction, which acts for the practice. Raises NotFound.
    """
    message = Message.objects.filter(practice_id=practice_id, id=message_id).first()
    if message is None:
        raise NotFound(_("There is no such message."))
    return words_of_row(message, now)


def words_of_row(message: Message, now: datetime) -> Said:
    """The same of a message that was read already, with its practice and client or without."""
    if message.status in WAITING:
        return _to_come(message, now)
    last = Attempt.objects.filter(message=message).order_by("-number", "-id").first()
    if last is None:
        if message.words_set and message.sealed_words is not None:
            return _opened(message, "edited", bytes(message.sealed_words), message.id.bytes)
        return Said("none", message.channel, sentence=_("It was never sent, so nothing was said."))
    return _opened(message, "sent", bytes(last.sealed), last.id.bytes, last.at)


def checked(channel: str, subject: str, body: str) -> tuple[str, str]:
    """Subject and body as they can be sent by a channel. Raises Refused (`subject`, `body`)."""
    body = fields.words(body, "body").replace("\r\n", "\n").strip()
    if not body:
        raise Refused(_("Write what the message should say."), "body")
    if len(body) > LIMITS[channel]:
        said = _("This has %(length)s characters; %(limit)s can be sent. Shorten it.")
        raise Refused(said % {"length": len(body), "limit": LIMITS[channel]}, "body")
    subject = fields.text(subject, "subject", most=SUBJECT_LIMIT) if channel == "email" else ""
    if channel == "email" and not subject:
        raise Refused(_("Write a subject: it is the first thing that is read."), "subject")
    for name, text in (("subject", subject), ("body", body)):
        if "{{" in text or "{%" in text:
            said = _("These very words are sent: write a name or a time instead of a merge field.")
            raise Refused(said, name)
    return subject, body


def seal(message: Message, subject: str, body: str) -> bytes:
    """Words sealed for a message's row: under its client's key, else the practice's."""
    plain = orjson.dumps({"subject": subject, "text": body})
    return sealing.seal(_key(message), plain, message.id.bytes)


def _key(message: Message) -> bytes:
    if not Message.practice.is_cached(message):
        message.practice = Practice.objects.only("id", "sealed_key").get(id=message.practice_id)
    if message.client_id is None:
        return keys.practice_key(message.practice)
    if Message.client.is_cached(message) and message.client is not None:
        sealed = message.client.sealed_key
    else:
        sealed = Client.objects.values_list("sealed_key", flat=True).get(id=message.client_id)
    return keys.client_key(message.practice, bytes(sealed))


def _opened(
    message: Message, source: str, sealed: bytes, about: bytes, at: datetime | None = None
) -> Said:
    try:
        said = orjson.loads(sealing.open_(_key(message), sealed, about))
    except sealing.SealingError:
        return Said("none", message.channel, at=at, sentence=_("Its words were deleted."))
    words = as_set(message.channel, "", said["subject"], said["text"])
    return _said(source, message.channel, words, at)


def _to_come(message: Message, now: datetime) -> Said:
    if message.words_set and message.sealed_words is not None:
        return _opened(message, "edited", bytes(message.sealed_words), message.id.bytes)
    rows = facts_now.rows_of([message.id])[message.id]
    meant = {visit.id for visit in still_meant(case_of(rows), now)}
    try:
        words = compose(about_of(rows, meant), now)
    except CannotCompose:
        return Said("none", message.channel, sentence=sentence("wording"))
    return _said("preview", message.channel, words)


def _said(source: str, channel: str, words: Words, at: datetime | None = None) -> Said:
    return Said(
        source=source,
        channel=channel,
        subject=words.subject,
        text=words.text,
        html=words.html,
        at=at,
        sms=measure(words.text) if channel == "sms" else None,
    )
