"""What a page of the calendar is asked to show, as its address says it: days, view, filters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import formats

from carepost.appointments import local_time
from carepost.web.frame import as_id

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from carepost.web.visitor import Visitor

VIEWS = ("day", "week", "list")
SIDES = ("practitioner", "place")
WEEK = timedelta(days=7)
EARLIEST, LATEST = date(1950, 1, 1), date(2150, 1, 1)
"""Days beyond are slips of the pen, and the ends of the calendar cannot be reckoned with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`by`: whose columns a day has. `practitioner`, `place`: only theirs; None for all."""

    day: date
    view: str
    by: str
    practitioner: UUID | None
    place: UUID | None
    cancelled: bool

    @property
    def first(self) -> date:
        """The first day shown: weeks begin as the reader's country has it."""
        if self.view == "day":
            return self.day
        begins = int(formats.get_format("FIRST_DAY_OF_WEEK"))  # 0 is Sunday
        return self.day - timedelta(days=(self.day.isoweekday() - begins) % 7)

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.first if self.view == "day" else self.first + WEEK - timedelta(days=1)

    @property
    def step(self) -> timedelta:
        """From one page to the next."""
        return timedelta(days=1) if self.view == "day" else WEEK

    def query(self, **changed: object) -> str:
        """The query string of this, or of this with something changed."""
        other = replace(self, **changed) if changed else self  # type: ignore[arg-type]
        given = {
            "day": other.day.isoformat(),
            "view": other.view,
            "by": other.by if other.by != SIDES[0] else "",
            "practitioner": other.practitioner or "",
            "place": other.place or "",
            "cancelled": "yes" if other.cancelled else "",
        }
        return urlencode({name: value for name, value in given.items() if value})


def asked(request: HttpRequest) -> Asked:
    """What the address asks for; what it leaves out or misspells is as usual."""
    visitor: Visitor = request.visitor  # type: ignore[attr-defined]
    given = request.GET
    view, by = given.get("view", ""), given.get("by", "")
    return Asked(
        day=as_day(given.get("day", "")) or visitor.today,
        view=view if view in VIEWS else "week",
        by=by if by in SIDES else SIDES[0],
        practitioner=as_id(given.get("practitioner", "")),
        place=as_id(given.get("place", "")),
        cancelled=given.get("cancelled", "") == "yes",
    )


def as_day(text: str) -> date | None:
    """A day as an address carries it; None for what is none."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def as_instant(text: str, zone: str) -> datetime | None:
    """The instant of a date and time, such as 2026-03-02T14:30, on the clocks of `zone`; one that
    carries an offset means that."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not EARLIEST <= wall.date() <= LATEST:
        return None
    if wall.tzinfo:
        return wall.astimezone(UTC)
    return local_time.instant(wall.date(), wall.time(), zone)


def midnight(day: date, visitor: Visitor) -> datetime:
    """When a day begins on the practice's clocks."""
    return local_time.instant(day, time(), visitor.practice.timezone)
