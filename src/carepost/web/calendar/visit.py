"""A visit: who, when, with whom, whether they come, what they hear from us, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from carepost.appointments.booking import AHEAD
from carepost.messaging import why
from carepost.practice.errors import NotFound
from carepost.web import said
from carepost.web.calendar import told, visits
from carepost.web.frame import StaffRequest, page
from carepost.web.surroundings import DRAWER

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from carepost.appointments.models import Appointment
    from carepost.web.visitor import Visitor

STRIP = "strip"
"""Where the calendar shows what came of a drag: it asks for this part alone."""
MESSAGES = 30


@page("appointments:read")
def visit(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """The page, or the drawer beside one. Asked for by the strip, the strip alone."""
    wanted = request.headers.get("HX-Target", "")
    if wanted == STRIP:
        return strip(request, find(appointment_id))
    visitor, found = request.visitor, find(appointment_id)
    visitor.has_read("client", [found.client_id])
    about = told.about(found)
    row = visits.row(found, about, visitor)
    ahead = found.status in AHEAD
    shown = {
        "visit": found,
        "row": row,
        "ahead": ahead,
        "begun": found.starts_at <= visitor.now,
        "is_day": found.starts_at.astimezone(visitor.zone).date() <= visitor.today,
        "minutes": round((found.ends_at - found.starts_at).total_seconds() / 60),
        "messages": about.messages[:MESSAGES] if visitor.may("messages:read") else [],
        "hearing": _hearing(found, visitor) if ahead else None,
        "telling": told.of(found, visitor, about),
        "said": said.take(request) if wanted == DRAWER else [],
        "undo_seconds": said.UNDO_SECONDS,
    }
    response = render(request, "web/calendar/visit.html", shown)
    if shown["said"]:
        response["HX-Trigger"] = "visits"  # what shows visits beside asks for them again
    return response


@page("appointments:read")
def telling(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Whether the client is told of its last change: a part that asks for itself again."""
    found = find(appointment_id)
    if not request.headers.get("HX-Request"):
        return redirect("calendar:visit", appointment_id)
    shown = {"visit": found, "telling": told.of(found, request.visitor)}
    return render(request, "web/calendar/_telling.html", shown)


def strip(request: StaffRequest, found: Appointment) -> HttpResponse:
    """What was done to a visit, its undo, and whether the client is told."""
    shown = {
        "visit": found,
        "said": said.take(request),
        "telling": told.of(found, request.visitor),
        "undo_seconds": said.UNDO_SECONDS,
    }
    return render(request, "web/calendar/_strip.html", shown)


def find(appointment_id: UUID) -> Appointment:
    """The visit with what it is made of. Raises NotFound."""
    found = visits.whole().filter(id=appointment_id).first()
    if found is None:
        raise NotFound("There is no such visit.")
    return found


def _hearing(found: Appointment, visitor: Visitor) -> why.Hearing | None:
    """Whether they will hear from us before it; None in the past."""
    if found.starts_at <= visitor.now:
        return None
    return why.will_hear_of(visitor.practice_id, [found.id], visitor.now).get(found.id)
