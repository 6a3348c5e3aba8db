"""A message's row, locked for an act, and what stands against acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.messaging.models import Message
from carepost.messaging.status import WAITING, Status
from carepost.practice import changes
from carepost.practice.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

STANDING: dict[Status, str] = {
    Status.PLANNED: _("This message still waits for its time."),
    Status.HELD: _("This message is held."),
    Status.SENDING: _("This message is being handed over at this very moment."),
    Status.UNCERTAIN: _("The carrier is being asked whether it took this message. Wait a minute."),
    Status.NEEDS_PERSON: _("It is not certain whether this message left. Decide that first."),
    Status.SENT: _("This message has left already."),
    Status.DELIVERED: _("This message has arrived already."),
    Status.UNDELIVERED: _("This message left and did not arrive. Try it again instead."),
    Status.NO_RECEIPT: _("This message has left already."),
    Status.FAILED: _("This message could not be sent. Try it again instead."),
    Status.DROPPED: _("This message was called off."),
    Status.EXPIRED: _("This message was not sent in time, and is of no use any more."),
    Status.RECEIVED: _("This message was received, not sent."),
}
"""What is true of a message in each status, said to who wants to do what it does not allow."""


def locked(practice_id: UUID, message_id: UUID) -> Message:
    """The message, held until the transaction ends. Raises NotFound."""
    message = (
        Message.objects.select_for_update().filter(practice_id=practice_id, id=message_id).first()
    )
    if message is None:
        raise NotFound(gettext("There is no such message."))
    return message


def waiting(practice_id: UUID, message_id: UUID) -> Message:
    """The message, held, if it has not left. Raises NotFound, Conflict."""
    message = locked(practice_id, message_id)
    if message.status not in WAITING:
        raise against(message)
    return message


def against(message: Message) -> Conflict:
    """That a message's status does not allow what was asked."""
    return Conflict(gettext(STANDING[Status(message.status)]))


def still_of_use(message: Message, now: datetime) -> None:
    """Raises Conflict for a message whose time is past."""
    if message.expires_at <= now:
        raise Conflict(gettext("It is too late for this message: what it speaks of has passed."))


def plan_again(message: Message) -> None:
    """Let the planner look at the recipient anew: an address or a line may have changed."""
    if message.client_id is not None:
        changes.touch_clients(message.practice_id, [message.client_id])
