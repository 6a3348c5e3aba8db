"""Today: what needs somebody, who comes, what leaves next."""

from __future__ import annotations

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
    days = visits.two_days(visitor) if visitor.may("appointments:read") else []
    asked = visits.ahead(days, visitor)
    if visitor.may("messages:read"):
        shown["needs"] = needs.of(visitor, asked)
        shown["leaving"] = leaving.of(visitor)
        heard, shown["working"] = shown["needs"].heard, shown["leaving"].working
    else:
        heard = why.will_hear_of(visitor.practice_id, asked, visitor.now)
        shown["working"] = readiness.look(visitor.now).worker
    if visitor.may("appointments:read"):
        shown["visits"] = [(day, day.rows(heard)) for day in days]
        visitor.has_read("client", {visit.client_id for day in days for visit in day.visits})
    return render(request, "web/today/today.html", shown)
