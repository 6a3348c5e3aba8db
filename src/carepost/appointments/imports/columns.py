"""Which column says what: by the names that practice programs give their columns.

Sources, as far as they are public: Acuity's import and export help page and API schema; Cliniko's
API documentation; Nookal's migration pages (client columns, visit statuses); SimplePractice's help
on statuses and report columns; Square's Bookings API. Where a program's export is not documented,
the words of its screens are used. A file with other names is read by a given mapping, remembered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CLIENT = ("client", "patient", "customer")

NAMES: dict[str, tuple[str, ...]] = {
    "visit_id": (
        "appointment id", "appt id", "visit id", "booking id", "appointmentid",
        "appointment number", "appointment reference", "appt ref",
        "booking reference", "event id", "session id", "id",
    ),
    "client_id": (
        *(f"{who} {what}" for who in _CLIENT for what in ("id", "number", "no", "guid", "code")),
        "mrn", "chart number", "patientid", "clientid", "file number", "account number",
    ),
    "client_name": (
        *(f"{who} {what}" for who in _CLIENT for what in ("name", "full name")),
        *_CLIENT, "full name", "name", "patient name first last", "attendee", "clients",
    ),
    "first_name": (
        "first name", *(f"{who} first name" for who in _CLIENT), "given name", "firstname",
        "patient first", "preferred name",
    ),
    "last_name": (
        "last name", *(f"{who} last name" for who in _CLIENT), "surname", "family name", "lastname",
        *(f"{who} surname" for who in _CLIENT), "patient last",
    ),
    "birth_date": (
        "date of birth", "dob", "birth date", "birthdate", "birthday",
        *(f"{who} {what}" for who in _CLIENT for what in ("dob", "date of birth", "birth date")),
    ),
    "mobile_phone": (
        "mobile", "mobile phone", "cell phone", "cell", "mobile number", "cell number", "mobile no",
        *(f"{who} {what}" for who in _CLIENT for what in ("mobile", "mobile phone", "cell phone")),
    ),
    "phone": (
        "phone", "phone number", "telephone", "contact number", "primary phone", "tel",
        "phone 1", *(f"{who} {what}" for who in _CLIENT for what in ("phone", "phone number")),
    ),
    "home_phone": ("home phone", "home number", "patient home phone", "client home phone"),
    "work_phone": ("work phone", "work number", "office phone"),
    "email": (
        "email", "e mail", "email address", *(f"{who} email" for who in _CLIENT),
        *(f"{who} email address" for who in _CLIENT),
    ),
    "start": (
        "start time", "start", "starts at", "start at", "appointment start", "start date time",
        "appointment start time", "date time", "date and time", "datetime", "appointment date time",
        "appointment time", "time", "start datetime", "startdatetime", "appointment date and time",
        "session time", "appt time",
    ),
    "date": (
        "date", "appointment date", "date of service", "dos", "start date", "visit date",
        "service date", "session date", "booking date", "appt date", "day",
    ),
    "end": (
        "end time", "end", "ends at", "end at", "appointment end", "appointment end time",
        "end date time", "finish", "finish time", "end datetime", "stopdatetime", "until",
    ),
    "minutes": (
        "duration", "minutes", "length", "duration mins", "duration minutes", "duration min",
        "length minutes", "appointment duration", "appointment length", "duration in minutes",
        "mins", "appt length",
    ),
    "type": (
        "appointment type", "appt type", "visit type", "type", "service", "service name",
        "services", "treatment", "treatment name", "service type", "session type",
        "appointment type name", "consultation type", "appointment name", "item", "billing code",
    ),
    "practitioner": (
        "practitioner", "practitioner name", "clinician", "clinician name", "provider",
        "provider name", "therapist", "staff member", "staff", "staff name", "staff member name",
        "doctor", "calendar", "calendar name", "team member", "rendering provider",
        "health professional",
    ),
    "place": (
        "location", "place", "location name", "business", "business name", "clinic", "clinic name",
        "office", "site", "branch", "practice location", "service location",
    ),
    "zone": ("time zone", "timezone", "tz", "appointment time zone"),
    "status": (
        "status", "appointment status", "state", "appt status", "attendance", "attendance status",
        "booking status", "visit status", "show", "show status",
    ),
    "cancelled": (
        "cancelled", "canceled", "cancelled at", "canceled at", "is cancelled", "is canceled",
        "cancellation time", "cancelled on", "cancellation date",
    ),
    "no_show": ("did not arrive", "no show", "dna", "no show at", "noshow"),
    "arrived": ("arrived", "patient arrived", "client arrived", "attended", "completed"),
    "confirmed": ("confirmed", "confirmed at", "is confirmed"),
}  # fmt: skip
"""Each thing a column can say, with the names it goes by, the likeliest first."""

_KNOWN = frozenset(name for names in NAMES.values() for name in names)


def plain(name: str) -> str:
    """A column's name without what differs from export to export: case, marks, spaces."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower()).split())


def recognised(cells: Sequence[str], mapping: Mapping[str, str] | None = None) -> int:
    """How many different cells of a record are known, or mapped, names of columns."""
    mapped = {plain(name) for name in (mapping or {}).values() if name}
    return len({plain(cell) for cell in cells} & (_KNOWN | mapped))


def find(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Where each thing stands: those mapped, and by their names those that are not.

    `mapping`: thing (a key of `NAMES`) to the column's name; an empty name leaves the thing out.
    Raises Refused for a thing or a column that is not there, and where no start or client is found.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(plain(name), place)
    found: dict[str, int] = {}
    for thing, name in mapping.items():
        if thing not in NAMES or not isinstance(name, str):
            raise Refused(f"A mapping's keys are: {', '.join(NAMES)}.", "mapping")
        if not name:
            continue
        if plain(name) not in places:
            raise Refused(f"The column mapped to {thing} is not in this file.", "mapping")
        found[thing] = places[plain(name)]
    found |= _by_name(places, mapping, found)
    _enough(found)
    return found


def understood(header: Sequence[str]) -> dict[str, str]:
    """The things that a file's columns are known to say by their names, each with its column."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(plain(name), place)
    return {thing: header[place] for thing, place in _by_name(places, {}, {}).items()}


def _by_name(
    places: Mapping[str, int], mapping: Mapping[str, str], found: Mapping[str, int]
) -> dict[str, int]:
    """Of the things not mapped, where each stands by its name; no column says two things."""
    taken, more = set(found.values()), {}
    for thing, names in NAMES.items():
        if thing in mapping:
            continue
        for name in names:
            if name in places and places[name] not in taken:
                more[thing] = places[name]
                taken.add(places[name])
                break
    return more


def fits(header: Sequence[str], mapping: Mapping[str, str]) -> bool:
    """Whether a file has all the columns of a remembered mapping."""
    there = {plain(name) for name in header}
    return all(not name or plain(name) in there for name in mapping.values())


def _enough(found: dict[str, int]) -> None:
    if not ({"start", "date"} & found.keys()):
        raise Refused(_("No column says when the visits start. Say which one does."), "mapping")
    if not ({"client_name", "first_name"} & found.keys()):
        raise Refused(_("No column says the client's name. Say which one does."), "mapping")
