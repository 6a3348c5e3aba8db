"""A visit changed by a form: when, how long, with whom, where, what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render

from carepost.appointments import series
from carepost.web import said
from carepost.web.calendar.forms import DAY, TIME, ChangeForm
from carepost.web.calendar.placing import back, moved_words
from carepost.web.calendar.visit import find
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from carepost.appointments.models import Appointment
    from carepost.web.visitor import Visitor


@page("appointments:write")
def move(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """The form, on the clocks of the visit's place."""
    visitor, visit = request.visitor, find(appointment_id)
    visitor.has_read("client", [visit.client_id])
    form = ChangeForm(
        request.POST or None, initial=_initial(visit), practice=visitor.practice,
        repeats=visit.series_id is not None,
        # Nobody takes a client over, or loses one, who sees no others.
        only=[visit.practitioner_id] if visitor.limited else None,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _change(form, visit, visitor)
        if not form.errors:
            words = moved_words(visit, find(appointment_id))
            undo = back(visit, visitor, scope=form.cleaned_data.get("scope", "this"))
            said.toast(request, words, undo=undo)
            return redirect("calendar:visit", appointment_id)
    return render(request, "web/calendar/move.html", {"form": form, "visit": visit})


def _change(form: ChangeForm, visit: Appointment, visitor: Visitor) -> None:
    """Change what differs from what the form showed: the rest is not ours to say."""
    to: dict[str, Any] = {}  # `Any`: each its own type
    if {"day", "time"} & set(form.changed_data):
        to["starts_at"] = form.starts_at()
    if "minutes" in form.changed_data and form.cleaned_data["minutes"]:
        to["minutes"] = form.cleaned_data["minutes"]
    for name in ("type", "practitioner", "place"):
        if name in form.changed_data:
            to[name] = form.chosen(name)
    if not to:
        return
    given = form.cleaned_data
    try:
        series.change(
            visitor.practice_id, visit.id, visitor.actor, **to, now=visitor.now,
            scope=given.get("scope", "this"), skip_conflicts=given.get("skip", False),
        )  # fmt: skip
    except series.NoRoom as none:
        form.taken = none.taken
        raise


def _initial(visit: Appointment) -> dict[str, Any]:
    return {
        "type": str(visit.type_id),
        "practitioner": str(visit.practitioner_id),
        "place": str(visit.place_id or ""),
        "day": visit.local_date.strftime(DAY),
        "time": visit.local_time.strftime(TIME),
        "minutes": round((visit.ends_at - visit.starts_at).total_seconds() / 60),
    }
