"""What one row of a file says: a visit, or why it cannot be read as one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from carepost.appointments import local_time
from carepost.appointments.imports import columns, moments, statuses
from carepost.appointments.imports.moments import Unreadable
from carepost.appointments.models import VisitStatus
from carepost.people import addresses
from carepost.practice import fields
from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from carepost.appointments.imports.manner import Manner
    from carepost.appointments.imports.table import Table

MOVED_BY_GAP = (
    "That time does not exist on that day, for the clocks go forward: the visit is that much later."
)
_PHONES = {"mobile_phone": "mobile", "phone": "", "home_phone": "home", "work_phone": "work"}


@dataclass(slots=True)
class Said:
    """A row. `refused`: why it is not a visit, then what follows it holds nothing to act on.

    `minutes` is None where the row says no length. `notes`: what a person should know of it.
    `person`: whose visit, numbered within the file; None where the row does not say.
    """

    row: int
    visit_id: str = ""
    client_id: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    points: tuple[tuple[str, str, str], ...] = ()  # system, value, use
    type: str = ""
    practitioner: str = ""
    place: str = ""
    zone: str = ""
    starts_at: datetime = datetime.max
    minutes: int | None = None
    status: VisitStatus = VisitStatus.BOOKED
    refused: str = ""
    notes: list[str] = field(default_factory=list)
    person: int | None = None
    external_id: str = ""  # the visit's id, or one made for it
    client: UUID | None = None  # here, found or to be made

    @property
    def name(self) -> str:
        """The client's name, as names are compared."""
        return f"{self.first_name} {self.last_name}".strip().casefold()

    @property
    def key(self) -> str:
        """What the source says of this visit, in few letters: start, length, status, the rest.

        Kept with the visit: what differs from it next time, the source has changed.
        """
        start = int(self.starts_at.timestamp())
        rest = _digest(self.type, self.practitioner, self.place)
        return f"{start}:{self.minutes or 0}:{self.status.value}:{rest}"


@lru_cache(maxsize=65_536)
def _digest(*words: str) -> str:
    return sha256("\0".join(words).encode()).hexdigest()[:16]


def all_of(table: Table, manner: Manner, zones: Mapping[str, str]) -> list[Said]:
    """Every row of a table, read. `zones`: of the practice's places, by name."""
    found = columns.find(table.header, manner.columns)
    return [_row(number, cells, found, manner, zones) for number, cells in table.rows]


def _row(
    number: int,
    cells: list[str],
    found: Mapping[str, int],
    manner: Manner,
    zones: Mapping[str, str],
) -> Said:
    said = Said(number)
    # Excel writes ="0412" so that zeros in front are kept.
    cell = {
        thing: text.strip('="') if (text := cells[place].strip()).startswith('="') else text
        for thing, place in found.items()
        if place < len(cells)
    }
    try:
        # The ids first: a row that is refused for another reason still names its visit.
        said.visit_id = _text(cell, "visit_id", 120, "The visit's id")
        said.client_id = _text(cell, "client_id", 120, "The client's id")
        _who(said, cell, manner)
        said.type = _text(cell, "type", 120, "The appointment type") or manner.type
        said.practitioner = _text(cell, "practitioner", 120, "The practitioner's name")
        said.practitioner = said.practitioner or manner.practitioner
        if not said.practitioner:
            raise Unreadable("The row names no practitioner.")
        said.place = _text(cell, "place", 120, "The place")
        said.zone = _zone(cell.get("zone", "")) or zones.get(said.place, "") or manner.zone
        _times(said, cell, manner)
        said.status = _status(cell)
    except Unreadable as error:
        said.refused = str(error)
    return said


def _text(cell: Mapping[str, str], thing: str, most: int, what: str) -> str:
    line = " ".join(cell.get(thing, "").split())
    if len(line) <= most and line.isascii():
        return line
    try:
        return fields.text(line, thing, most=most)
    except Refused:
        raise Unreadable(f"{what} is longer than {most} characters, or not text.") from None


def _who(said: Said, cell: Mapping[str, str], manner: Manner) -> None:
    first = _text(cell, "first_name", 80, "The client's first name")
    last = _text(cell, "last_name", 80, "The client's last name")
    if not first and not last:
        first, last = _name(_text(cell, "client_name", 161, "The client's name"))
    if not first and not last:
        raise Unreadable("The row names no client.")
    if len(first) > 80 or len(last) > 80:
        raise Unreadable("The client's name is longer than 80 characters.")
    said.first_name, said.last_name = (first, last) if first else (last, "")
    if birth := cell.get("birth_date", ""):
        said.birth_date = _born(birth, manner.date_order)
        if said.birth_date is None:
            said.notes.append("The date of birth cannot be read and was left out.")
    points: dict[tuple[str, str], str] = {}
    for thing, use in _PHONES.items():
        if value := cell.get(thing, ""):
            if number := _address("phone", value, manner.country):
                points.setdefault(("phone", number), use)
            else:
                said.notes.append("A phone number cannot be used and was left out.")
    if value := cell.get("email", ""):
        if email := _address("email", value, manner.country):
            points["email", email] = ""
        else:
            said.notes.append("The email address cannot be used and was left out.")
    said.points = tuple((system, value, use) for (system, value), use in points.items())


def _name(whole: str) -> tuple[str, str]:
    """First and last name of "Field, Ann" and of "Ann Field"."""
    last, comma, first = (part.strip() for part in whole.partition(","))
    if comma and first:
        return first, last
    first, _, last = whole.replace(",", " ").strip().rpartition(" ")
    return (first.strip(), last) if first else (last, "")


@lru_cache(maxsize=65_536)
def _born(text: str, order: str) -> date | None:
    try:
        # Some programs write the midnight after it.
        day = moments.date_of(re.sub(r"[ T]00?:00(:00)?.*$", "", text), order, short_years=False)
        return fields.day_of_birth(day)
    except (Unreadable, Refused):
        return None


@lru_cache(maxsize=65_536)
def _address(system: str, value: str, country: str) -> str:
    try:
        return addresses.normal(system, value, country)
    except Refused:
        return ""


def _zone(text: str) -> str:
    try:
        return fields.zone(text, required=False)
    except Refused:
        raise Unreadable("The time zone is not a name such as America/New_York.") from None


def _times(said: Said, cell: Mapping[str, str], manner: Manner) -> None:
    start, day = cell.get("start", ""), cell.get("date", "")
    order = manner.date_order
    at = moments.when(start or day, order) if start or day else None
    if at is None:
        raise Unreadable("The row does not say when the visit starts.")
    date_ = at.day
    if date_ is None and day:
        date_ = moments.when(day, order).day
    if date_ is None:
        raise Unreadable("The row does not say on which day the visit is.")
    if at.clock is None:
        raise Unreadable("The row does not say at which time the visit starts.")
    if not moments.between(date_, manner.base):
        raise Unreadable("The visit is more than 2 years ago or more than 5 years ahead.")
    if at.offset:
        said.starts_at = datetime.combine(date_, at.clock, at.offset).astimezone(UTC)
    else:
        said.starts_at = _instant(date_, at.clock, said.zone)
        if local_time.local(said.starts_at, said.zone) != (date_, at.clock):
            said.notes.append(MOVED_BY_GAP)
    said.minutes = _length(said, date_, at, cell, order)


@lru_cache(maxsize=65_536)
def _instant(day: date, clock: time, zone: str) -> datetime:
    return local_time.instant(day, clock, zone)


def _length(
    said: Said, day: date, at: moments.When, cell: Mapping[str, str], order: str
) -> int | None:
    """The visit's length: to its end where that is said, else the length that is said.

    Two programs that say both say the same; where they do not, the calendar shows the end.
    """
    until, offset = at.until, at.offset
    if end := cell.get("end", ""):
        ending = moments.when(end, order)
        if ending.clock is None:
            raise Unreadable("The row's end holds no time.")
        day, until, offset = ending.day or day, ending.clock, ending.offset or offset
    if until is None:
        return moments.minutes_of(length) if (length := cell.get("minutes", "")) else None
    there = datetime.combine(day, until, offset) if offset else None
    ends_at = there or _instant(day, until, said.zone)
    span = ends_at - said.starts_at
    if not timedelta(minutes=1) <= span <= timedelta(minutes=moments.LONGEST_MINUTES):
        raise Unreadable("The visit does not end within the day after its start.")
    return round(span / timedelta(minutes=1))


def _status(cell: Mapping[str, str]) -> VisitStatus:
    for thing, status in (
        ("cancelled", VisitStatus.CANCELLED),
        ("no_show", VisitStatus.NO_SHOW),
        ("arrived", VisitStatus.DONE),
    ):
        if statuses.marked(cell.get(thing, "")):
            return status
    status = statuses.status_of(cell.get("status", ""))
    if status == VisitStatus.BOOKED and statuses.marked(cell.get("confirmed", "")):
        return VisitStatus.CONFIRMED
    return status
