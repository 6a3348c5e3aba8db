"""A day on paper: each practitioner's visits, by time, with names and answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render

from carepost.web.calendar import visits
from carepost.web.calendar.asked import asked as read_asked
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from carepost.appointments.models import Appointment


@page("appointments:read")
def day(request: StaffRequest) -> HttpResponse:
    """The page, as paper has it; the browser prints it."""
    visitor, asked = request.visitor, read_asked(request)
    by_name: dict[str, list[tuple[Appointment, str]]] = {}
    found = list(visits.among(visitor, asked, asked.day, asked.day)[: visits.MOST])
    visitor.has_read("client", {visit.client_id for visit in found})
    for visit in found:
        by_name.setdefault(visit.practitioner.name, []).append((visit, visits.answer(visit)))
    shown = {
        "asked": asked,
        "sheets": sorted(by_name.items()),
        "query": asked.query(view="day"),
        "before": asked.query(day=asked.day - timedelta(days=1)),
        "after": asked.query(day=asked.day + timedelta(days=1)),
    }
    return render(request, "web/calendar/print.html", shown)
