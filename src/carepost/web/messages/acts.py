"""What a member does about a message: send it now, cancel, retry, decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carepost.messaging import outbox
from carepost.web import said
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse


@page("messages:write")
@require_POST
def send_now(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Make it due now; the gates are still asked."""
    visitor = request.visitor
    outbox.send_now(visitor.practice_id, message_id, visitor.actor, visitor.now)
    said.toast(request, _("It leaves in a moment, unless something holds it."))
    return redirect("messages:why", message_id)


@page("messages:write")
@require_POST
def cancel(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Drop it."""
    visitor = request.visitor
    outbox.cancel(visitor.practice_id, message_id, visitor.actor, visitor.now)
    undo = reverse("messages:restore", args=[message_id])
    said.toast(request, _("It will not be sent."), undo=undo)
    return redirect("messages:why", message_id)


@page("messages:write")
@require_POST
def restore(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Undo the cancelling."""
    visitor = request.visitor
    outbox.restore(visitor.practice_id, message_id, visitor.actor, visitor.now)
    said.toast(request, _("It is planned again."))
    return redirect("messages:why", message_id)


@page("messages:write")
@require_POST
def retry(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Try it again."""
    visitor = request.visitor
    outbox.retry(visitor.practice_id, message_id, visitor.actor, visitor.now)
    said.toast(request, _("It is tried again now."))
    return redirect("messages:why", message_id)


@page("messages:write")
@require_POST
def retry_by(request: StaffRequest, message_id: UUID, channel: str) -> HttpResponse:
    """Say the same by another method."""
    visitor = request.visitor
    made = outbox.retry_by(visitor.practice_id, message_id, channel, visitor.actor, visitor.now)
    said.toast(request, _("It goes by the other method now."))
    return redirect("messages:why", made.id)


@page("messages:write")
@require_POST
def decide(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Settle what is in doubt: it was sent, it was not, or it does not matter any more."""
    visitor = request.visitor
    outbox.decide(
        visitor.practice_id, message_id, request.POST.get("as", ""), visitor.actor, visitor.now
    )
    said.toast(request, _("Settled."))
    return redirect("messages:why", message_id)
