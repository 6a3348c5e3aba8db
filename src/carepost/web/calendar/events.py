"""The visits of some days as the grid reads them: JSON, in the practice's local times."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.appointments.booking import AHEAD
from carepost.practice.errors import Refused
from carepost.web.calendar import visits
from carepost.web.calendar.asked import as_day
from carepost.web.calendar.asked import asked as read_asked
from carepost.web.calendar.week import NOWHERE
from carepost.web.frame import StaffRequest, page
from carepost.web.words import VISITS

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.web.calendar.asked import Asked
    from carepost.web.visitor import Visitor

LONGEST = timedelta(days=42)
_ANY = UUID(int=0)
SHORTEST = timedelta(minutes=10)
"""The least that the grid draws: a shorter visit would have no room for its name."""


_READ = (
    "id", "client_id", "starts_at", "ends_at", "status", "arrived_at",
    "practitioner_id", "place_id", "client__first_name", "client__last_name",
    "type__name", "practitioner__name", "place__name",
)  # fmt: skip
"""What is read of each visit: a week may have 1,500, and whole ones take five times as long."""


@page("appointments:read")
def events(request: StaffRequest) -> HttpResponse:
    """Those of the days from `start` to `end`, both included. Raises Refused for more than six
    weeks."""
    first, last = (as_day(request.GET.get(name, "")) for name in ("start", "end"))
    if first is None or last is None or not timedelta() <= last - first < LONGEST:
        raise Refused(_("Ask for up to six weeks, from a first to a last day."), "start")
    visitor, asked = request.visitor, read_asked(request)
    found = visits.among(visitor, asked, first, last).select_related(None).defer(None)
    rows = list(found.values_list(*_READ, named=True)[: visits.MOST])
    visitor.has_read("client", {row.client_id for row in rows})
    said = visits.messages([row.id for row in rows])
    drawn = _Drawn(asked, visitor)
    made = [drawn.event(row, visits.standing(row, said[row.id], visitor)) for row in rows]
    return HttpResponse(orjson.dumps(made), content_type="application/json")


class _Drawn:
    """Draws visits for one answer; what is the same for all of them is looked up once."""

    def __init__(self, asked: Asked, visitor: Visitor) -> None:
        self._by_place = asked.by == "place"
        self._names = self._by_place or (asked.view == "week" and not asked.practitioner)
        self._zone = visitor.zone
        self._may = visitor.may("appointments:write")
        self._href, self._put = (
            reverse(f"calendar:{name}", args=[_ANY]) for name in ("visit", "put")
        )
        self._answers = {code: (_(look.word), look.icon) for code, look in VISITS.items()}
        self._messages = {
            code: (_(look.word) if look.word else "", look.icon, look.tone)
            for code, look in visits.MESSAGES.items()
        }

    def event(self, visit: Any, standing: str) -> dict[str, Any]:
        """One, as EventCalendar reads it (`Any`: a row of _READ; JSON). Times have no offset: they
        are the wall's."""
        starts, ends = self._wall(visit.starts_at), self._wall(visit.ends_at)
        column = visit.place_id if self._by_place else visit.practitioner_id
        code = visits.answer(visit)
        answer, answer_icon = self._answers[code]
        messages, messages_icon, tone = self._messages[standing]
        other = visit.practitioner__name if self._names else visit.place__name
        id_ = str(visit.id)
        return {
            "id": id_,
            "title": f"{visit.client__first_name} {visit.client__last_name}".strip(),
            "start": starts.isoformat(),
            "end": max(ends, starts + SHORTEST).isoformat(),
            "resourceIds": [str(column) if column else NOWHERE],
            "editable": self._may and visit.status in AHEAD,
            "classNames": [f"visit-{code}"],
            "extendedProps": {
                "href": self._href.replace(str(_ANY), id_),
                "put": self._put.replace(str(_ANY), id_),
                "start": starts.isoformat(),
                "minutes": round((visit.ends_at - visit.starts_at).total_seconds() / 60),
                "second": f"{visit.type__name} · {other}" if other else visit.type__name,
                "who": f"{visit.type__name} · {visit.practitioner__name}",
                "answer": answer,
                "answerIcon": answer_icon if code != "booked" else "",
                "messages": messages,
                "messagesIcon": messages_icon,
                "messagesTone": tone,
            },
        }

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self._zone).replace(tzinfo=None)
