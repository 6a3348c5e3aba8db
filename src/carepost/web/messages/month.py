"""The last 30 days: what was sent each day, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _

from carepost.messaging import board
from carepost.messaging.status import Status
from carepost.web.frame import StaffRequest, page
from carepost.web.pictures import bars

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponse

    from carepost.web.visitor import Visitor

DAYS = 30
ARRIVED = {Status.DELIVERED}
UNKNOWN = {Status.SENT, Status.NO_RECEIPT, Status.SENDING, Status.UNCERTAIN, Status.NEEDS_PERSON}
FAILED = {Status.FAILED, Status.UNDELIVERED}


@page("messages:read")
def month(request: StaffRequest) -> HttpResponse:
    """The picture, with its numbers."""
    visitor = request.visitor
    series = (
        bars.Series(_("Arrived"), "well"),
        bars.Series(_("Sent, not known whether it arrived"), "quiet"),
        bars.Series(_("Did not arrive"), "ill"),
        bars.Series(_("Not sent"), "warn"),
    )
    first = visitor.today - timedelta(days=DAYS - 1)
    counted = _counted(visitor)
    columns = [
        bars.Column(
            formats.date_format(day, "j M"),
            (
                _sum(counted[day], ARRIVED),
                _sum(counted[day], UNKNOWN),
                _sum(counted[day], FAILED),
                _sum(counted[day], {Status.HELD, Status.DROPPED, Status.EXPIRED}),
            ),
            formats.date_format(day, "l j F"),
        )
        for day in (first + timedelta(days=n) for n in range(DAYS))
    ]
    totals = [
        (each, sum(column.values[place] for column in columns)) for place, each in enumerate(series)
    ]
    shown = {
        "drawing": bars.draw(series, columns, _("Messages of the last 30 days, by day")),
        "series": series,
        "columns": columns,
        "first_word": _("Day"),
        "totals": totals,
    }
    return render(request, "web/messages/month.html", shown)


def _counted(visitor: Visitor) -> dict[date, dict[str, int]]:
    counted: dict[date, dict[str, int]] = defaultdict(dict)
    found = board.days(visitor.practice_id, visitor.now, visitor.zone, DAYS, visitor.own_of)
    for day, status, number in found:
        counted[day][status] = number
    return counted


def _sum(counted: dict[str, int], statuses: set[Status]) -> int:
    return sum(counted.get(status, 0) for status in statuses)
