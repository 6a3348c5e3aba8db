"""What the fields of a practice's facts may hold. Each check gives the value as it is kept."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import available_timezones

import phonenumbers

from carepost.practice.errors import Refused

DATE_ORDERS = ("MDY", "DMY", "YMD")
EARLIEST = datetime(1900, 1, 2, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Instants outside are slips of the pen, and the ends of the calendar cannot be reckoned with."""

# RFC 5646, as far as translations need it: a language, perhaps a script or a region.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3}|-[A-Z]{2})?")


def text(value: object, field: str, *, most: int, required: bool = False) -> str:
    """A line of text, its white space set right; at most `most` characters. Raises Refused."""
    if not isinstance(value, str):
        raise Refused("Write text here.", field)
    line = " ".join(value.split())
    if required and not line:
        raise Refused("Write something here: it may not be empty.", field)
    if len(line) > most:
        raise Refused(f"Write at most {most} characters.", field)
    return _storable(line, field)


def words(value: object, field: str, *, most: int = 10_000) -> str:
    """Text of several lines, kept to the letter. Raises Refused."""
    if not isinstance(value, str):
        raise Refused("Write text here.", field)
    if len(value) > most:
        raise Refused(f"Write at most {most} characters.", field)
    return _storable(value, field)


def _storable(value: str, field: str) -> str:
    # PostgreSQL keeps no NUL, and half of a surrogate pair is no character in UTF-8.
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Refused("This text holds a character that cannot be kept. Write it again.", field)
    return value


def one_of(value: object, field: str, allowed: tuple[str, ...]) -> str:
    """One word of a list. Raises Refused."""
    if value not in allowed:
        raise Refused(f"Write one of: {', '.join(word or '(nothing)' for word in allowed)}.", field)
    return str(value)


def yes_or_no(value: object, field: str) -> bool:
    """A truth value. Raises Refused for anything else, numbers too."""
    if not isinstance(value, bool):
        raise Refused("Write true or false.", field)
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def zones() -> tuple[str, ...]:
    """The time zones that people choose from, by name: those of a place. Read from disk once."""
    return tuple(sorted(zone for zone in _zones() if "/" in zone))


def zone(value: object, field: str = "timezone", *, required: bool = True) -> str:
    """An IANA time zone's name; empty where it is not `required`. Raises Refused."""
    if value == "" and not required:
        return ""
    if not isinstance(value, str) or value not in _zones():
        raise Refused("Write a time zone's name, such as America/New_York.", field)
    return value


def language(value: object, field: str = "language", *, required: bool = True) -> str:
    """A language's tag (RFC 5646), such as en, es or pt-BR. Raises Refused."""
    if value == "" and not required:
        return ""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise Refused("Write a language's code, such as en, es or pt-BR.", field)
    return value


def country(value: object, field: str = "country") -> str:
    """A country's two capital letters (ISO 3166-1) whose phone numbers we can read."""
    if not isinstance(value, str) or value not in phonenumbers.SUPPORTED_REGIONS:
        raise Refused("Write a country's two capital letters, such as US or GB.", field)
    return value


def instant(value: object, field: str) -> datetime:
    """An aware moment between 1900 and 2200, in UTC. Raises Refused."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise Refused("Write a date, a time and an offset, such as 2026-03-02T14:30-05:00.", field)
    if not (EARLIEST <= value < LATEST):
        raise Refused("Write a date between 1900 and 2200.", field)
    return value.astimezone(UTC)


def day_of_birth(value: object, field: str = "birth_date") -> date | None:
    """A date since 1850, or None. Raises Refused."""
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime) or not 1850 <= value.year < 2200:
        raise Refused("Write a date of birth, such as 1980-05-17.", field)
    return value


def minutes(value: object, field: str = "minutes") -> int:
    """The length of a visit: from 1 minute to a day. Raises Refused."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1440:
        raise Refused("Write a number of minutes from 1 to 1440.", field)
    return value


def whole_number(value: object, field: str, *, least: int, most: int) -> int:
    """A whole number within bounds. Raises Refused."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused(f"Write a number from {least} to {most}.", field)
    return value


def quiet_hours(value: object, field: str = "quiet_hours") -> tuple[time, time] | tuple[None, None]:
    """The hours in which nothing is sent, from and to on a local clock; None: no such hours.

    Raises Refused.
    """
    if value is None:
        return None, None
    if isinstance(value, tuple) and len(value) == 2:
        start, end = value
        if isinstance(start, time) and isinstance(end, time) and not (start.tzinfo or end.tzinfo):
            if start == end:
                raise Refused("Write two different times, or none for no quiet hours.", field)
            return start, end
    raise Refused("Write two local times, from and to, or none.", field)
