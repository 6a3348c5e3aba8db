"""The calendar: a week or a day as a grid for whoever can drag, and the same as a list for all.

The grid asks for its visits by itself (`events`), so the page brings the list a part at a time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _

from carepost.appointments.models import Place, Practitioner
from carepost.web import lists
from carepost.web.calendar import visits
from carepost.web.calendar.asked import asked as read_asked
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from carepost.appointments.models import Appointment
    from carepost.web.calendar.asked import Asked
    from carepost.web.calendar.visits import Row

GRIDS = {
    ("day", "practitioner"): "resourceTimeGridDay",
    ("day", "place"): "resourceTimeGridDay",
    ("week", "practitioner"): "timeGridWeek",
    ("week", "place"): "timeGridWeek",
}
DASH = "\N{EN DASH}"
CROWDED = 250
"""Visits of a week from which on they are too narrow to be read, unless they are of one person."""
NOWHERE = "none"
"""The column of the visits that have no place."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the list."""

    date: date
    rows: list[Row]


@page("appointments:read")
def week(request: StaffRequest) -> HttpResponse:
    """The page."""
    visitor, asked = request.visitor, read_asked(request)
    found = visits.among(visitor, asked, asked.first, asked.last)
    cut = lists.cut_rows(request, found)
    visitor.has_read("client", {visit.client_id for visit in cut.rows})
    rows = visits.rows(cut.rows, visitor)
    practitioners = list(Practitioner.objects.order_by("name"))
    places = list(Place.objects.order_by("name"))
    columns = practitioners if asked.by == "practitioner" else places
    shown = {
        "asked": asked,
        "days": _days(rows, visitor.zone),
        "page": cut,
        "too_many": asked.view != "list" and (cut.total is None or cut.total > visits.MOST),
        "crowded": asked.view == "week" and not asked.practitioner and (cut.total or 0) > CROWDED,
        "practitioners": _offered(practitioners, asked.practitioner),
        "places": _offered(places, asked.place),
        "heading": _heading(asked),
        "before": asked.query(day=asked.day - asked.step),
        "after": asked.query(day=asked.day + asked.step),
        "today": asked.query(day=visitor.today),
        "views": [(view, word, asked.query(view=view)) for view, word in _views()],
        "day_only": asked.query(view="day"),
        "grid": json.dumps(_grid(request, asked, _columns(asked, columns, found))),
        "query": asked.query(),
    }
    return render(request, "web/calendar/week.html", shown)


def _views() -> list[tuple[str, str]]:
    return [("day", _("Day")), ("week", _("Week")), ("list", _("List"))]


def _days(rows: Sequence[Row], zone: Any) -> list[Day]:
    """By the day on the practice's clocks (`Any`: its ZoneInfo)."""
    days = groupby(rows, key=lambda row: row.visit.starts_at.astimezone(zone).date())
    return [Day(date, list(those)) for date, those in days]


def _offered(entries: Sequence[Any], chosen: object) -> list[Any]:
    """Those in use, and the one that is chosen (`Any`: Practitioner or Place)."""
    return [entry for entry in entries if entry.active or entry.id == chosen]


def _columns(
    asked: Asked, entries: Sequence[Any], found: QuerySet[Appointment]
) -> list[dict[str, str]]:
    """The columns of a day: whoever is in use or has a visit, of those asked for."""
    if asked.view != "day":
        return []
    of = "practitioner_id" if asked.by == "practitioner" else "place_id"
    busy = set(found.order_by().values_list(of, flat=True).distinct())
    only = asked.practitioner if asked.by == "practitioner" else asked.place
    chosen = [e for e in entries if (e.active or e.id in busy) and only in (None, e.id)]
    columns = [{"id": str(entry.id), "title": entry.name} for entry in chosen]
    if asked.by == "place" and not only and (None in busy or not columns):
        columns.append({"id": NOWHERE, "title": _("No place")})
    return columns


def _grid(request: StaffRequest, asked: Asked, columns: list[dict[str, str]]) -> dict[str, Any]:
    """What the grid is drawn from (`Any`: JSON). Its clock is the practice's, by today's offset."""
    visitor = request.visitor
    local = visitor.now.astimezone(visitor.zone)
    offset = local.strftime("%z")
    hour = max(local.hour - 1, 0) if asked.first <= visitor.today <= asked.last else 8
    return {
        "view": GRIDS.get((asked.view, asked.by), ""),
        "by": asked.by,
        "date": asked.day.isoformat(),
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "query": asked.query(),
        "columns": columns,
        "firstDay": int(formats.get_format("FIRST_DAY_OF_WEEK")),
        "offset": f"{offset[:3]}:{offset[3:5]}",
        "zone": visitor.practice.timezone,
        "scroll": f"{hour:02}:00:00",
        "may": visitor.may("appointments:write"),
    }


def _heading(asked: Asked) -> str:
    """The days shown, in words."""
    if asked.view == "day":
        return formats.date_format(asked.day, "l j F Y")
    first, last = asked.first, asked.last
    if first.month == last.month:
        return f"{first.day} {DASH} {formats.date_format(last, 'j F Y')}"
    begin = "j M" if first.year == last.year else "j M Y"
    return f"{formats.date_format(first, begin)} {DASH} {formats.date_format(last, 'j M Y')}"
