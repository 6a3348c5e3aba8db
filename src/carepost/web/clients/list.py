"""The list of clients: found as one types, each with the next visit and how they are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery
from django.shortcuts import render

from carepost.appointments.booking import AHEAD
from carepost.appointments.models import Appointment
from carepost.people import finding
from carepost.people.models import Client, ContactPoint
from carepost.web import lists
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpResponse

METHODS = ("sms", "email")


@page("clients:read")
def clients(request: StaffRequest) -> HttpResponse:
    """The page; its list alone is swapped as one types."""
    words = request.GET.get("q", "").strip()[:80]
    method = request.GET.get("method", "")
    visitor = request.visitor
    # The practice is named, though no other's are seen: so the index is read in its order.
    rows = Client.objects.filter(practice_id=visitor.practice_id)
    rows = finding.matching(visitor.own(rows, "id"), words)
    if method in METHODS:
        rows = rows.filter(assigned_channel=method)
    found = lists.cut_rows(request, _with_visits(rows, request.visitor.now))
    request.visitor.has_read("client", [row.id for row in found.rows])
    shown = {
        "page": found,
        "words": words,
        "method": method,
        "methods": METHODS,
        "filtered": bool(words or method),
    }
    return render(request, "web/clients/list.html", shown)


def _with_visits(rows: QuerySet[Client], now: datetime) -> QuerySet[Client]:
    """Each client with `next_visit`, `next_zone`, and the preferred `phone` and `email`."""
    ahead = Appointment.objects.filter(
        client=OuterRef("id"), starts_at__gt=now, status__in=AHEAD
    ).order_by("starts_at")
    points = ContactPoint.objects.filter(client=OuterRef("id"), invalid_since=None).order_by("rank")
    return rows.annotate(
        next_visit=Subquery(ahead.values("starts_at")[:1]),
        next_zone=Subquery(ahead.values("zone")[:1]),
        phone=Subquery(points.filter(system="phone").values("value")[:1]),
        email=Subquery(points.filter(system="email").values("value")[:1]),
    ).order_by("last_name", "first_name", "id")
