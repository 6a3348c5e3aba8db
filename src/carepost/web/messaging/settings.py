"""Messaging's settings: the switch, what is still missing before it, opt-in, hours, lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from carepost.messaging import lines
from carepost.messaging.models import Rule
from carepost.practice import settings as practices
from carepost.practice.errors import Conflict
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page
from carepost.web.messaging.trying import form_for

if TYPE_CHECKING:
    from datetime import time

    from django.http import HttpResponse

    from carepost.practice.models import Practice


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to have before messaging is on. `needed`: without it, it cannot be."""

    word: str
    done: bool
    href: str
    needed: bool = False


class MessagingForm(Form):
    """Opt-in and quiet hours."""

    opt_in_required = forms.BooleanField(
        label=lazy("Write only to people who have agreed (opt-in)"), required=False,
        help_text=lazy("Whoever was never asked is held until their consent is written down."),
    )  # fmt: skip
    quiet = forms.BooleanField(
        label=lazy("Keep quiet hours"), required=False,
        help_text=lazy(
            "On the clocks of whoever it is for. Without them messages go at any hour. The law of "
            "the United States allows automated texts from 8 AM to 9 PM only; you answer for it."
        ),
    )  # fmt: skip
    quiet_from = forms.TimeField(
        label=lazy("Nothing after"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    quiet_to = forms.TimeField(
        label=lazy("and before"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip

    told_as = {"quiet_hours": "quiet_from"}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("quiet") and not (given.get("quiet_from") and given.get("quiet_to")):
            self.add_error("quiet_from", _("Write both times, or keep no quiet hours."))
        return given

    def wanted(self) -> dict[str, Any]:
        """As `practice.settings.change` takes them (`Any`: each of its own type)."""
        given = self.cleaned_data
        hours: tuple[time, time] | None = None
        if given["quiet"]:
            hours = (given["quiet_from"], given["quiet_to"])
        return {"opt_in_required": given["opt_in_required"], "quiet_hours": hours}


def form_of(practice: Practice, data: Any = None) -> MessagingForm:
    """The form with what holds now (`Any`: a form's data)."""
    return MessagingForm(
        data,
        initial={
            "opt_in_required": practice.opt_in_required,
            "quiet": practice.quiet_from is not None,
            "quiet_from": practice.quiet_from,
            "quiet_to": practice.quiet_to,
        },
    )


@page("settings:read")
def settings(request: StaffRequest) -> HttpResponse:
    """The page; what is written on it is saved here."""
    visitor = request.visitor
    form = form_of(visitor.practice, request.POST or None)
    may = visitor.may("settings:write")
    if request.method == "POST" and may and "back" not in request.POST and form.is_valid():
        with form.refusals():
            practices.change(visitor.practice_id, visitor.actor, **form.wanted())
        if not form.errors:
            said.toast(request, _("Saved. What waits is planned again by it."))
            return redirect("messaging:settings")
    return render(request, "web/messaging/settings.html", shown(request, form))


def shown(request: StaffRequest, form: MessagingForm) -> dict[str, Any]:
    """What the template needs (`Any`: a template's)."""
    visitor = request.visitor
    lines.attach_host_lines(visitor.practice_id)
    own = list(lines.lines_of(visitor.practice_id))
    return {
        "form": form,
        "lines": own,
        "steps": steps(visitor.practice, bool(own)),
        "test": form_for(visitor),
    }


def steps(practice: Practice, has_line: bool) -> list[Step]:
    """What there should be before messaging is on."""
    here = reverse("messaging:settings")
    return [
        Step(_("A line to send by"), has_line, f"{here}#lines", needed=True),
        Step(_("A phone number that clients can call"), bool(practice.phone),
             reverse("settings:practice")),
        Step(_("At least one rule"), Rule.objects.filter(active=True).exists(),
             reverse("rules:list")),
    ]  # fmt: skip


@page("settings:write")
@require_POST
def switch(request: StaffRequest) -> HttpResponse:
    """Turn messaging on or off. Raises Conflict where there is no line to send by."""
    visitor = request.visitor
    on = request.POST.get("on") == "yes"
    if on and not lines.lines_of(visitor.practice_id).exists():
        raise Conflict(_("There is no line to send by. Add one first."))
    practices.change(visitor.practice_id, visitor.actor, messaging_enabled=on)
    words = _("Messaging is on. What is due leaves from now on.")
    said.toast(request, words if on else _("Messaging is off. Nothing leaves."))
    return redirect("today" if request.POST.get("next") == "today" else "messaging:settings")
