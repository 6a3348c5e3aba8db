"""A waiting message's words and time, changed by a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from carepost.messaging import outbox
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page
from carepost.web.messages.story import find

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpResponse


class WordsForm(Form):
    """What it says."""

    subject = forms.CharField(label=lazy("Subject"), max_length=200, required=False)
    body = forms.CharField(
        label=lazy("Words"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8})
    )


class TimeForm(Form):
    """When it leaves, on the practice's clocks."""

    at = forms.DateTimeField(
        label=lazy("Leaves at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    told_as = {"due_at": "at"}


@page("messages:write")
def words(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Change the words; the planner leaves them alone from then on."""
    visitor, message = request.visitor, find(message_id)
    now = outbox.words_of(visitor.practice_id, message_id, visitor.now)
    initial = {"subject": now.subject, "body": now.text} if now else {}
    form = WordsForm(request.POST or None, initial=initial)
    if message.channel == "sms":
        del form.fields["subject"]
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            outbox.edit_words(
                visitor.practice_id, message_id, visitor.actor,
                subject=form.cleaned_data.get("subject", ""), body=form.cleaned_data["body"],
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("Saved. It says this, whatever the template says."))
            return redirect("messages:why", message_id)
    visitor.has_read("message", [message.id])
    title = _("Edit the words")
    return render(
        request, "web/messages/form.html", {"form": form, "message": message, "title": title}
    )


@page("messages:write")
def time(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Choose another time; the gates, quiet hours among them, are still asked then."""
    visitor, message = request.visitor, find(message_id)
    initial = {"at": message.due_at.astimezone(visitor.zone).replace(tzinfo=None)}
    form = TimeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen: datetime = form.cleaned_data["at"].replace(tzinfo=visitor.zone)
        with form.refusals():
            outbox.move(visitor.practice_id, message_id, visitor.actor, chosen, visitor.now)
        if not form.errors:
            said.toast(request, _("It leaves at the time you chose."))
            return redirect("messages:why", message_id)
    title = _("Choose another time")
    return render(
        request, "web/messages/form.html", {"form": form, "message": message, "title": title}
    )
