"""The visits of some days as the grid reads them: JSON, in the practice's local times."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.appointments.booking import AHEAD
from carepost.practice.errors import Refused
from carepost.web.calendar import visits
from carepost.web.calendar.asked import as_day
from carepost.web.calendar.asked import asked as read_asked
from carepost.web.calendar.week import NOWHERE
from carepost.web.frame import StaffRequest, page
from carepost.web.templatetags.carepost import full_name

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from carepost.web.calendar.asked import Asked
    from carepost.web.calendar.visits import Row
    from carepost.web.visitor import Visitor

LONGEST = timedelta(days=42)
SHORTEST = timedelta(minutes=10)
"""The least that the grid draws: a shorter visit would have no room for its name."""


@page("appointments:read")
def events(request: StaffRequest) -> HttpResponse:
    """Those of the days from `start` to `end`, both included. Raises Refused for more than six
    weeks."""
    first, last = (as_day(request.GET.get(name, "")) for name in ("start", "end"))
    if first is None or last is None or not timedelta() <= last - first < LONGEST:
        raise Refused(_("Ask for up to six weeks, from a first to a last day."), "start")
    visitor, asked = request.visitor, read_asked(request)
    rows = visits.between(visitor, asked, first, last)
    return JsonResponse([_event(row, asked, visitor) for row in rows], safe=False)


def _event(row: Row, asked: Asked, visitor: Visitor) -> dict[str, Any]:
    """One, as EventCalendar reads it (`Any`: JSON). Times have no offset: they are the wall's."""
    visit = row.visit
    starts = _wall(visit.starts_at, visitor)
    ends = max(_wall(visit.ends_at, visitor), starts + SHORTEST)
    column = visit.practitioner_id if asked.by == "practitioner" else visit.place_id
    movable = visitor.may("appointments:write") and visit.status in AHEAD
    answer, messages = row.answer_look, row.messages_look
    other = visit.place.name if visit.place else ""
    if asked.by == "place" or (asked.view == "week" and not asked.practitioner):
        other = visit.practitioner.name
    return {
        "id": str(visit.id),
        "title": full_name(visit.client),
        "start": starts.isoformat(),
        "end": ends.isoformat(),
        "resourceIds": [str(column) if column else NOWHERE],
        "editable": movable,
        "classNames": [f"visit-{row.answer}"],
        "extendedProps": {
            "href": reverse("calendar:visit", args=[visit.id]),
            "put": reverse("calendar:put", args=[visit.id]),
            "start": starts.isoformat(),
            "minutes": round((visit.ends_at - visit.starts_at).total_seconds() / 60),
            "second": " · ".join(part for part in (visit.type.name, other) if part),
            "who": " · ".join((visit.type.name, visit.practitioner.name)),
            "answer": _(answer.word),
            "answerIcon": answer.icon if row.answer != "booked" else "",
            "messages": _(messages.word) if messages.word else "",
            "messagesIcon": messages.icon,
            "messagesTone": messages.tone,
        },
    }


def _wall(instant: datetime, visitor: Visitor) -> datetime:
    return instant.astimezone(visitor.zone).replace(tzinfo=None)
