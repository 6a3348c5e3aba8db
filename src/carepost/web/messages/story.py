"""Why: the story of a message in sentences, with the raw trace folded under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from carepost.messaging import outbox
from carepost.messaging import why as stories
from carepost.messaging.models import Message
from carepost.practice.errors import NotFound
from carepost.web.frame import StaffRequest, page
from carepost.web.messages import mends

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

WAITING = ("planned", "held")
TRIED = ("failed", "undelivered")


@page("messages:read")
def why(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """The sheet, beside the list or as a page."""
    visitor = request.visitor
    record = stories.read(visitor.practice_id, message_id, visitor.now)
    message, told = record.message, stories.told(record)
    visitor.has_read("message", [message.id])
    shown: dict[str, Any] = {
        "message": message,
        "told": told,
        "mend": mends.href(told.mend, message) if told.mend else "",
        "words": outbox.words_of_row(message, visitor.now),
        "acts": _acts(message, visitor.may("messages:write")),
    }
    return render(request, "web/messages/why.html", shown)


def find(message_id: UUID) -> Message:
    """The message with its client. Raises NotFound."""
    message = Message.objects.select_related("client").filter(id=message_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    return message


def _acts(message: Message, may: bool) -> dict[str, bool]:
    """What can be done about it now."""
    status = message.status
    other = "email" if message.channel == "sms" else "sms"
    return {
        "send_now": may and status in WAITING,
        "edit": may and status in WAITING and message.kind != "test_message",
        "cancel": may and status in WAITING,
        "restore": may and status == "dropped" and message.drop == "by_staff",
        "retry": may and status in TRIED,
        "by_sms": may and status in TRIED and other == "sms" and message.client_id is not None,
        "by_email": may and status in TRIED and other == "email" and message.client_id is not None,
        "decide": may and status == "needs_person",
    }
