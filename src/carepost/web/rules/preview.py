"""What a rule or template would say of the next visit, as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from carepost.messaging import rehearsal
from carepost.messaging.kinds import KINDS
from carepost.messaging.wording import defaults
from carepost.practice.errors import Refused
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("rules:read")
def preview(request: StaffRequest) -> HttpResponse:
    """The phone or the mailbox, and what it costs; a part of a page, never a whole one."""
    asked = request.POST if request.method == "POST" else request.GET
    return render(request, "web/rules/_preview.html", filled(request, asked))


def filled(request: StaffRequest, asked: Any) -> dict[str, Any]:
    """The template's values for words that are being written (`Any`: a query or a form's)."""
    visitor = request.visitor
    kind = asked.get("kind") or "appointment_reminder"
    channel, what = asked.get("channel", ""), asked.get("what", "")
    language = asked.get("language") or visitor.practice.language
    subject, body = asked.get("subject", ""), asked.get("body", "")
    try:
        if not body:
            sort = "email" if channel in ("email", "fax") else "sms"
            about = what or ("moved" if "moved" in KINDS[kind].whats else "")
            usual = defaults.find(kind, sort, language, about)
            subject, body = subject or usual.subject, usual.body
        shown = rehearsal.preview(
            visitor.practice_id, kind, what, channel, language, subject, body, visitor.now,
            visitor.own_of,
        )  # fmt: skip
    except (Refused, LookupError):
        return {"shown": None}
    odd = sorted({(char, plain) for _, char, plain in shown.sms.odd}) if shown.sms else []
    return {"shown": shown, "odd": odd, "name": visitor.practice.name}
