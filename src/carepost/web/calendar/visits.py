"""The visits of some days, each with its answer and how its messages stand; two statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext_noop

from carepost.appointments.booking import AHEAD, LONGEST
from carepost.appointments.models import Appointment, VisitStatus
from carepost.messaging.models import MessageAbout
from carepost.web.calendar.asked import midnight
from carepost.web.words import VISITS, Look

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from carepost.web.calendar.asked import Asked
    from carepost.web.calendar.told import About
    from carepost.web.visitor import Visitor

MOST = 1500
"""Visits of one page; a practice with more in a week looks at it by practitioner, or by day."""

MESSAGES: dict[str, Look] = {
    "trouble": Look(gettext_noop("A message has a problem"), "alert-triangle", "ill"),
    "held": Look(gettext_noop("A message is held"), "player-pause", "warn"),
    "planned": Look(gettext_noop("Will be told"), "clock", "calm"),
    "told": Look(gettext_noop("Was told"), "checks", "well"),
    "none": Look(gettext_noop("Won't hear from us"), "message-off", "warn"),
    "": Look("", "", "quiet"),
}
"""How a visit's messages stand; empty: there is nothing to say of them."""

_STATES = {
    "trouble": {"failed", "undelivered", "needs_person"},
    "held": {"held"},
    "planned": {"planned", "sending", "uncertain"},
    "told": {"sent", "delivered", "no_receipt"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """A visit. `answer` and `messages` are codes of `words.VISITS` and MESSAGES."""

    visit: Appointment
    answer: str
    messages: str

    @property
    def answer_look(self) -> Look:
        return VISITS[self.answer]

    @property
    def messages_look(self) -> Look:
        return MESSAGES[self.messages]


def between(visitor: Visitor, asked: Asked, first: date, last: date) -> list[Row]:
    """The visits that touch the days from `first` to `last`, by time, and that people were read."""
    visits = list(among(visitor, asked, first, last)[:MOST])
    visitor.has_read("client", {visit.client_id for visit in visits})
    return rows(visits, visitor)


def among(visitor: Visitor, asked: Asked, first: date, last: date) -> QuerySet[Appointment]:
    """The same visits by time, not read yet: whoever reads them writes down that people were."""
    start, end = midnight(first, visitor), midnight(last + timedelta(days=1), visitor)
    found = whole().filter(
        practice_id=visitor.practice_id,
        starts_at__gt=start - LONGEST,  # none is longer: the index is read from here
        starts_at__lt=end,
        ends_at__gt=start,
    )
    if asked.practitioner:
        found = found.filter(practitioner_id=asked.practitioner)
    if asked.place:
        found = found.filter(place_id=asked.place)
    if not asked.cancelled:
        found = found.exclude(status=VisitStatus.CANCELLED)
    return visitor.own(found).order_by("starts_at", "id")


def whole() -> QuerySet[Appointment]:
    """Visits with what they are made of, and without what seals their clients' words."""
    rows = Appointment.objects.select_related("client", "practitioner", "place", "type")
    return rows.defer("client__sealed_key")


def rows(visits: Iterable[Appointment], visitor: Visitor) -> list[Row]:
    """Each visit with its answer, and how the messages about it as it stands now are."""
    visits = list(visits)
    said = messages([visit.id for visit in visits])
    return [Row(visit, answer(visit), standing(visit, said[visit.id], visitor)) for visit in visits]


def row(visit: Appointment, about: About, visitor: Visitor) -> Row:
    """One visit, the messages about which were read already."""
    said = {message.status for message in about.now}
    return Row(visit, answer(visit), standing(visit, said, visitor))


def answer(visit: Any) -> str:
    """The answer to a visit, or what became of it: one who is here and waits has arrived.

    `visit`: an Appointment, or any row with its fields (`Any`).
    """
    if visit.arrived_at and visit.status in AHEAD:
        return "arrived"
    return str(visit.status)


def messages(ids: list[UUID]) -> dict[UUID, set[str]]:
    """The statuses of the messages about each visit as it stands."""
    found: dict[UUID, set[str]] = defaultdict(set)
    if ids:
        about = MessageAbout.objects.filter(
            appointment_id__in=ids, sequence=F("appointment__sequence")
        )
        for id_, status in about.values_list("appointment_id", "message__status"):
            found[id_].add(status)
    return found


def standing(visit: Any, statuses: set[str], visitor: Visitor) -> str:
    """How the messages about a visit are, from their statuses: a code of MESSAGES."""
    ahead = visit.status in AHEAD and visit.starts_at > visitor.now
    for state, among in _STATES.items():
        if statuses & among and (ahead or state in ("told", "trouble")):
            return state
    return "none" if ahead else ""
