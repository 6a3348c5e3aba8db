"""The one door to a message's row for people: send now, edit, cancel, retry.

Each locks the row, so that it happens wholly before or wholly after arming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepost.messaging.models import Message
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.practice import audit
from carepost.practice.errors import Conflict, NotFound
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.audit import Actor


def send_now(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Make a waiting message due now. The gates are still asked. Raises NotFound, Conflict."""
    with acting_for(practice_id):
        message = _locked(practice_id, message_id)
        if message.status not in (Status.PLANNED, Status.HELD):
            raise Conflict(
                f"This message is {message.status}; only one that waits can be sent now."
            )
        if message.expires_at <= now:
            raise Conflict("It is too late for this message: what it speaks of has passed.")
        if message.lane_id is None or message.contact_point_id is None:
            raise Conflict(sentence(message.hold) or "It has no line or address to leave by.")
        message.status, message.hold = Status.PLANNED, ""
        message.due_at, message.time_set = now, True
        message.save(update_fields=["status", "hold", "due_at", "time_set"])
        audit.record(practice_id, actor, "message.send_now", "message", message_id)
        return message


def cancel(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Drop a message that waits, or that a person must decide on. Raises NotFound, Conflict."""
    with acting_for(practice_id):
        message = _locked(practice_id, message_id)
        if message.status == Status.DROPPED:
            return message
        if message.status not in (Status.PLANNED, Status.HELD, Status.NEEDS_PERSON):
            raise Conflict(f"This message is {message.status}: it can no longer be called back.")
        message.status, message.drop, message.hold = Status.DROPPED, "by_staff", ""
        message.settled_at = now
        message.save(update_fields=["status", "drop", "hold", "settled_at"])
        audit.record(practice_id, actor, "message.cancel", "message", message_id)
        return message


def retry(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Plan again what failed, did not arrive, or is in doubt. Raises NotFound, Conflict."""
    with acting_for(practice_id):
        message = _locked(practice_id, message_id)
        if message.status not in (Status.FAILED, Status.UNDELIVERED, Status.NEEDS_PERSON):
            raise Conflict(f"This message is {message.status}: there is nothing to try again.")
        if message.expires_at <= now:
            raise Conflict("It is too late for this message: what it speaks of has passed.")
        message.status, message.due_at, message.time_set = Status.PLANNED, now, True
        message.hold = message.error_code = message.error_words = ""
        message.save(
            update_fields=["status", "due_at", "time_set", "hold", "error_code", "error_words"]
        )
        audit.record(practice_id, actor, "message.retry", "message", message_id)
        return message


def _locked(practice_id: UUID, message_id: UUID) -> Message:
    message = (
        Message.objects.select_for_update().filter(practice_id=practice_id, id=message_id).first()
    )
    if message is None:
        raise NotFound("There is no such message.")
    return message
