"""A client: the next visit and whether they will hear from us on top, the rest in tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from carepost.appointments.booking import AHEAD
from carepost.appointments.models import Appointment
from carepost.messaging import why
from carepost.messaging.models import Message
from carepost.people.models import Client
from carepost.practice.errors import NotFound
from carepost.web import lists
from carepost.web.clients import standing
from carepost.web.frame import StaffRequest, page
from carepost.web.messages import mends

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

LATELY = 12
"""Rows of the line of time on the first tab."""


@page("clients:read")
def overview(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """What was and what will be, newest on top."""
    shown = _head(request, client_id, "overview")
    said = Message.objects.filter(client_id=client_id).order_by("-due_at", "-id")[:LATELY]
    shown["messages"] = list(said)
    shown["visits"] = list(_visits(client_id).order_by("-starts_at")[:LATELY])
    return render(request, "web/clients/overview.html", shown)


@page("clients:read")
def visits(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """All visits."""
    shown = _head(request, client_id, "visits")
    shown["page"] = lists.cut_rows(request, _visits(client_id).order_by("-starts_at", "-id"))
    return render(request, "web/clients/visits.html", shown)


@page("clients:read")
def messages(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """All messages."""
    shown = _head(request, client_id, "messages")
    said = Message.objects.filter(client_id=client_id).order_by("-due_at", "-id")
    shown["page"] = lists.cut_rows(request, said)
    return render(request, "web/clients/messages.html", shown)


@page("clients:read")
def contact(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """How they are reached, what they agreed to, what they stopped."""
    shown = _head(request, client_id, "contact")
    shown["points"] = standing.of_points(client_id, shown["visitor"].practice)
    return render(request, "web/clients/contact.html", shown)


def find(client_id: UUID) -> Client:
    """The client. Raises NotFound."""
    client = Client.objects.filter(id=client_id).first()
    if client is None:
        raise NotFound("There is no such client.")
    return client


def _head(request: StaffRequest, client_id: UUID, tab: str) -> dict[str, Any]:
    """What stands above every tab (`Any`: a template's)."""
    client = find(client_id)
    visitor = request.visitor
    visitor.has_read("client", [client.id])
    ahead = _visits(client_id).filter(starts_at__gt=visitor.now, status__in=AHEAD)
    hearing = why.will_hear(visitor.practice_id, [client_id], visitor.now)[client_id]
    return {
        "client": client,
        "tab": tab,
        "visitor": visitor,
        "next_visit": ahead.order_by("starts_at").first(),
        "hearing": hearing,
        "mend": mends.of_client(hearing.mend, client_id) if hearing.mend else "",
    }


def _visits(client_id: UUID) -> Any:
    rows = Appointment.objects.filter(client_id=client_id)
    return rows.select_related("type", "practitioner", "place")
