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

    from carepost.web.calendar.visits import Row


@page("appointments:read")
def day(request: StaffRequest) -> HttpResponse:
    """The page, as paper has it; the browser prints it."""
    visitor, asked = request.visitor, read_asked(request)
    rows = visits.between(visitor, asked, asked.day, asked.day)
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.visit.practitioner.name, []).append(row)
    shown = {
        "asked": asked,
        "sheets": sorted(by_name.items()),
        "query": asked.query(view="day"),
        "before": asked.query(day=asked.day - timedelta(days=1)),
        "after": asked.query(day=asked.day + timedelta(days=1)),
    }
    return render(request, "web/calendar/print.html", shown)
