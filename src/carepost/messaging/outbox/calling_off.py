"""A message called off, and that taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.messaging.outbox import row
from carepost.messaging.status import WAITING, Status
from carepost.practice import audit
from carepost.practice.errors import Conflict
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.models import Message
    from carepost.practice.audit import Actor

UNDO = timedelta(minutes=5)
"""How long a called off message can be planned again; pages offer it for some seconds."""

BY_STAFF = "by_staff"
_BEFORE = "called_off"
"""Where the trace keeps what the message was until it was called off."""


def cancel(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Drop a message that waits, or that a person must decide on. Raises NotFound, Conflict.

    Doing it again changes nothing. `restore` takes it back for a while.
    """
    with acting_for(practice_id):
        message = row.locked(practice_id, message_id)
        if message.status == Status.DROPPED:
            return message
        if message.status not in WAITING and message.status != Status.NEEDS_PERSON:
            raise row.against(message)
        call_off(message, BY_STAFF, now)
        audit.record(practice_id, actor, "message.cancel", "message", message_id)
        return message


def call_off(message: Message, why: str, now: datetime) -> None:
    """Drop a locked message, keeping what it was. `why`: a code of `reasons.DROPS`."""
    before = {"status": message.status, "hold": message.hold}
    message.trace = (message.trace or {}) | {_BEFORE: before}
    message.status, message.drop, message.hold = Status.DROPPED, why, ""
    message.settled_at = now
    message.save(update_fields=["status", "drop", "hold", "settled_at", "trace"])


def restore(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Take a calling off back: the message waits again as it did before.

    Only within `UNDO` of it, and only what waited. One whose time came meanwhile leaves at once.
    Raises NotFound, Conflict. Doing it again changes nothing.
    """
    with acting_for(practice_id):
        message = row.locked(practice_id, message_id)
        if message.status in WAITING:
            return message
        before = (message.trace or {}).get(_BEFORE, {})
        if message.status != Status.DROPPED or message.drop != BY_STAFF:
            raise row.against(message)
        if before.get("status") not in WAITING:
            raise Conflict(_("A person decided on this message; that cannot be taken back."))
        if message.settled_at is None or now - message.settled_at > UNDO:
            raise Conflict(_("It is too late to take this back."))
        row.still_of_use(message, now)
        message.status, message.hold, message.drop = before["status"], before["hold"], ""
        message.settled_at = None
        message.trace = {k: v for k, v in (message.trace or {}).items() if k != _BEFORE} or None
        message.save(update_fields=["status", "hold", "drop", "settled_at", "trace"])
        row.plan_again(message)
        audit.record(practice_id, actor, "message.restore", "message", message_id)
        return message
