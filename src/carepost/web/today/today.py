"""Today: what needs somebody, who comes, what leaves next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from carepost.messaging import why
from carepost.web import readiness
from carepost.web.frame import StaffRequest, page
from carepost.web.today import first_run, leaving, needs, visits

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("")
def today(request: StaffRequest) -> HttpResponse:
    """The page one lands on; each column is asked for anew when something changes."""
    visitor = request.visitor
    steps = first_run.steps(request, visitor)
    shown: dict[str, Any] = {
        "to_do": [step for step in steps if not step.done],
        "done": [step for step in steps if step.done],
    }
    coming = visits.two_days(visitor) if visitor.may("appointments:read") else []
    asked = visits.ahead(coming, visitor)
    if visitor.may("messages:read"):
        shown["needs"] = needs.of(visitor, asked)
        shown["leaving"] = leaving.of(visitor)
        heard, shown["working"] = shown["needs"].heard, shown["leaving"].working
    else:
        heard = why.will_hear_of(visitor.practice_id, asked, visitor.now)
        shown["working"] = readiness.look(visitor.now).worker
    if visitor.may("appointments:read"):
        rows_today, rows_tomorrow = visits.shown(coming, heard, visitor)
        shown["visits"] = [
            ("today", visitor.today, rows_today),
            ("tomorrow", visitor.today + timedelta(days=1), rows_tomorrow),
        ]
        clients = {row.visit.client_id for row in (*rows_today, *rows_tomorrow)}
        visitor.has_read("client", clients)
    return render(request, "web/today/today.html", shown)
