"""What failed or is in doubt: tried again, or decided by a person who knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.messaging.models import Attempt
from carepost.messaging.outbox import row
from carepost.messaging.outbox.calling_off import BY_STAFF
from carepost.messaging.status import Status
from carepost.practice import audit
from carepost.practice.errors import Conflict, Refused
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.models import Message
    from carepost.practice.audit import Actor

RETRIED = frozenset({Status.FAILED, Status.UNDELIVERED, Status.NEEDS_PERSON})
DECISIONS = ("sent", "planned", "dropped")


def retry(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Plan again what failed, did not arrive, or is in doubt. Raises NotFound, Conflict."""
    with acting_for(practice_id):
        message = row.locked(practice_id, message_id)
        if message.status not in RETRIED:
            raise row.against(message)
        _plan(message, now)
        audit.record(practice_id, actor, "message.retry", "message", message_id)
        return message


def decide(
    practice_id: UUID, message_id: UUID, decision: str, actor: Actor, now: datetime
) -> Message:
    """What a person knows of a message in doubt (`needs_person`).

    `decision`: sent (it was), planned (it was not: send it again), dropped (leave it). Raises
    NotFound, Conflict; Refused for another word.
    """
    if decision not in DECISIONS:
        raise Refused(_("Say whether it was sent, should be sent again, or be left."), "as")
    with acting_for(practice_id):
        message = row.locked(practice_id, message_id)
        if message.status != Status.NEEDS_PERSON:
            raise Conflict(_("Nothing is to be decided here: this message is not in doubt."))
        if decision == "planned":
            _plan(message, now)
        elif decision == "sent":
            last = Attempt.objects.filter(message=message).order_by("-number", "-id").first()
            message.status = Status.SENT
            message.sent_at = message.sent_at or (last.at if last else now)
            message.save(update_fields=["status", "sent_at"])
        else:
            message.status, message.drop, message.settled_at = Status.DROPPED, BY_STAFF, now
            message.save(update_fields=["status", "drop", "settled_at"])
        audit.record(practice_id, actor, "message.decide", "message", message_id, decision=decision)
        return message


def _plan(message: Message, now: datetime) -> None:
    row.still_of_use(message, now)
    message.status, message.due_at, message.time_set = Status.PLANNED, now, True
    message.hold = message.error_code = message.error_words = ""
    message.settled_at = None
    message.save(
        update_fields=[
            "status", "due_at", "time_set", "hold", "error_code", "error_words", "settled_at",
        ]
    )  # fmt: skip
    row.plan_again(message)
