"""A visit booked, for somebody who is known or somebody new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.appointments import booking, series
from carepost.people import finding, register
from carepost.people.models import Client
from carepost.practice.errors import Conflict, NotFound
from carepost.web import said
from carepost.web.calendar.asked import as_instant
from carepost.web.calendar.forms import DAY, TIME, BookingForm
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpResponse

    from carepost.appointments.models import Appointment
    from carepost.web.visitor import Visitor

FOUND = 8


@page("appointments:write")
def book(request: StaffRequest) -> HttpResponse:
    """The form. What is refused is said at its field, and nothing that was written is lost."""
    visitor = request.visitor
    form = BookingForm(
        request.POST or None, initial=_initial(request, visitor), practice=visitor.practice,
        only=visitor.practitioners,
    )  # fmt: skip
    if visitor.limited and not form.practitioners:
        raise Conflict(
            _("You are linked to no practitioner. Ask an owner to link you to one in Settings.")
        )
    # Enter presses Find, too: with somebody chosen it is the visit that is meant.
    looking = "find" in request.POST and not form.client_id and not form.is_new
    if request.method == "POST" and not looking and form.is_valid():
        made: list[Appointment] = []
        with form.refusals(), transaction.atomic():
            made = _book(form, visitor)
        if made:
            sentence, undo = _words(made)
            said.toast(request, sentence, undo=undo)
            return redirect("calendar:visit", made[0].id)
    shown: dict[str, Any] = {
        "form": form,
        "client": _client(form.client_id, visitor),
        "looking": looking,
    }
    if looking or (request.method == "POST" and not shown["client"]):
        shown["found"] = _found(str(form["who"].value() or ""), visitor)
    if looking:
        form.errors.clear()  # it was not meant to be sent yet
    return render(request, "web/calendar/book.html", shown)


@page("clients:read")
def people(request: StaffRequest) -> HttpResponse:
    """The clients whom the words fit, as the list under the field."""
    found = _found(request.GET.get("q", ""), request.visitor)
    return render(request, "web/calendar/_people.html", {"found": found})


def _book(form: BookingForm, visitor: Visitor) -> list[Appointment]:
    """The visit, or those it repeats as; and its client, where new. All or nothing."""
    given, repeat = form.cleaned_data, form.repeats()
    client_id = form.client_id
    if form.is_new:
        client_id = register.add_client(
            visitor.practice_id, visitor.actor, first_name=given["first_name"],
            last_name=given["last_name"], contact_points=form.points(),
        ).id  # fmt: skip
    elif visitor.limited and _client(client_id, visitor) is None:
        raise NotFound("There is no such client.", "client_id")
    wanted = {
        "client_id": client_id,
        "type": form.chosen("type"),
        "practitioner": form.chosen("practitioner"),
        "place": form.chosen("place"),
        "starts_at": form.starts_at(),
        "minutes": given["minutes"],
        "now": visitor.now,
    }
    if repeat is None:
        return [booking.book(visitor.practice_id, visitor.actor, **wanted)]
    try:
        return series.book(
            visitor.practice_id, visitor.actor, **wanted, repeat=repeat,
            skip_conflicts=given["skip"],
        ).visits  # fmt: skip
    except series.NoRoom as none:
        form.taken = none.taken
        raise


def _words(made: list[Appointment]) -> tuple[str, str]:
    """What was done, and where to POST its undo."""
    undo = reverse("calendar:cancel", args=[made[0].id])
    if len(made) == 1:
        return _("Visit booked."), undo
    return _("%(n)s visits booked.") % {"n": len(made)}, f"{undo}?scope=all"


def _initial(request: StaffRequest, visitor: Visitor) -> dict[str, Any]:
    """What the address says already: for whom, when, with whom, where (`Any`: a form's)."""
    given = request.GET
    start = as_instant(given.get("start", ""), visitor.practice.timezone)
    local = start.astimezone(visitor.zone) if start else None
    return {
        "client": given.get("client", ""),
        "practitioner": given.get("practitioner", ""),
        "place": given.get("place", ""),
        "day": local.strftime(DAY) if local else given.get("day", visitor.today.isoformat()),
        "time": local.strftime(TIME) if local else "",
    }


def _client(client_id: UUID | None, visitor: Visitor) -> Client | None:
    if client_id is None:
        return None
    rows = Client.objects.filter(id=client_id)
    if visitor.limited and not visitor.owns(rows, "id"):
        return None
    client = rows.first()
    if client:
        visitor.has_read("client", [client.id])
    return client


def _found(words: str, visitor: Visitor) -> Sequence[Client]:
    words = words.strip()[:80]
    if len(words) < 2 or not visitor.may("clients:read"):
        return []
    found = finding.find(words, FOUND, visitor.clients)
    visitor.has_read("client", [client.id for client in found])
    return found
