"""Dates, times and lengths as practice programs write them; read exactly or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache


class Unreadable(ValueError):
    """A cell does not say what its column is for; the message is a sentence without the cell."""


@dataclass(frozen=True, slots=True)
class When:
    """What a cell of a date, a time or both says. `until`: the end of a range of times."""

    day: date | None
    clock: time | None
    until: time | None = None
    offset: timezone | None = None


_CLOCK = (
    r"(?:\d{1,2}[:.]\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[ap](?:\.?\s?m\.?)?)?"
    r"|\d{1,2}\s?[ap](?:\.?\s?m\.?)?)"
)
_WHEN = re.compile(
    rf"(?:(?P<day>.*?\d)(?:\s*,\s*|\s+(?:at\s+)?))?(?P<clock>{_CLOCK})"
    rf"(?:\s*(?:-|\u2013|\u2014|to)\s*(?P<until>{_CLOCK}))?"
    r"\s*(?P<offset>z|utc|gmt|[+-]\d{4}(?:\s?utc)?|\+\d{2}:\d{2})?"
)
# RFC 3339 and ISO 8601, and what Python and Ruby print.
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})\s?[t ]\s?(\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)"
    r"\s?(z|utc|[+-]\d{2}:?\d{2}(?:\s?utc)?)?"
)
_TIME = re.compile(
    r"(\d{1,2})(?:[:.](\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?\s?(?:([ap])(?:\.?\s?m\.?)?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_NAMED = re.compile(r"([a-z]+)[. ]+(\d{1,2}) (\d{4})|(\d{1,2})[-. ]+([a-z]+)[-. ]+(\d{4}|\d{2})")
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?[.,]*\s+")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MINUTES = re.compile(
    r"(?:(?P<hours>\d{1,2}(?:\.\d{1,2})?)\s?(?:h|hr|hrs|hour|hours))?"
    r"\s?(?:(?P<minutes>\d{1,4})(?:\.0{1,2})?\s?(?P<unit>m|min|mins|minute|minutes)?\.?)?"
)
_HOURS_AND_MINUTES = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?")
LONGEST_MINUTES = 1440

_NO_DAY = "The date cannot be read in the practice's order of day, month and year."
_NO_TIME = "The time cannot be read."


@lru_cache(maxsize=65_536)
def when(text: str, order: str) -> When:
    """A date, a time, both, or a range of times. `order`: MDY, DMY or YMD.

    ISO 8601 is read in any order, and a month's name needs none. Raises Unreadable.
    """
    line = _line(text)
    if found := _ISO.fullmatch(line):
        return When(date_of(found[1], order), time_of(found[2]), None, _offset(found[3]))
    if found := _WHEN.fullmatch(line):
        clock, until = found["clock"], found["until"]
        if until and _half(clock) != _half(until):
            raise Unreadable("Of the two times only one says whether it is before or after noon.")
        return When(
            date_of(found["day"], order) if found["day"] else None,
            time_of(clock),
            time_of(until) if until else None,
            _offset(found["offset"]),
        )
    return When(date_of(line, order), None)


@lru_cache(maxsize=65_536)
def date_of(text: str, order: str, *, short_years: bool = True) -> date:
    """A date. A year of two digits is of this century, or, without `short_years`, unreadable.

    Raises Unreadable for a date that cannot be in that order, or whose named weekday is another.
    """
    line = _line(text)
    weekday = None
    if (found := _WEEKDAY.match(line)) and line != found[0].strip():
        weekday, line = _WEEKDAYS.index(found[1]), line[found.end() :]
    year, month, day = _parts(line, order)
    if year < 100:
        if not short_years:
            raise Unreadable("The year has two digits only.")
        year += 2000
    try:
        made = date(year, month, day)
    except ValueError:
        raise Unreadable(_NO_DAY) from None
    if weekday is not None and made.weekday() != weekday:
        raise Unreadable("The date falls on another day of the week than the row says.")
    return made


def time_of(text: str) -> time:
    """A time of day: 24 hours, or 12 with am or pm. Raises Unreadable."""
    found = _TIME.fullmatch(_line(text))
    if not found or (found[2] is None and found[4] is None):
        raise Unreadable(_NO_TIME)
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise Unreadable(_NO_TIME)
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise Unreadable(_NO_TIME) from None


@lru_cache(maxsize=4096)
def minutes_of(text: str) -> int:
    """A length in minutes: 50, 50 min, 1 h 30 min, 1.5 hours, 0:50. Raises Unreadable."""
    line = _line(text)
    total = 0.0
    if found := _HOURS_AND_MINUTES.fullmatch(line):
        total = int(found[1]) * 60 + int(found[2])
    elif (found := _MINUTES.fullmatch(line)) and (found["hours"] or found["minutes"]):
        total = float(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    if not (1 <= total <= LONGEST_MINUTES) or total != int(total):
        raise Unreadable("The length cannot be read as 1 to 1440 minutes.")
    return int(total)


def _parts(line: str, order: str) -> tuple[int, int, int]:
    if found := _YEAR_FIRST.fullmatch(line):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _BASIC.fullmatch(line):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERS.fullmatch(line):
        one, two, three = int(found[1]), int(found[3]), int(found[4])
        if order == "YMD":
            if len(found[4]) != 2:
                raise Unreadable(_NO_DAY)
            return one, two, three
        return (three, one, two) if order == "MDY" else (three, two, one)
    words = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", line).replace(",", " ")
    if found := _NAMED.fullmatch(" ".join(words.split())):
        if found[1]:
            return int(found[3]), _month(found[1]), int(found[2])
        return int(found[6]), _month(found[5]), int(found[4])
    raise Unreadable(_NO_DAY)


def _month(word: str) -> int:
    if word == "sept":
        return 9
    for number, name in enumerate(_MONTHS, 1):
        if word in (name, name[:3]):
            return number
    raise Unreadable(_NO_DAY)


def _half(clock: str) -> bool:
    return "a" in clock or "p" in clock


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    digits = text.removesuffix("utc").strip().replace(":", "")
    if digits in ("", "z", "gmt"):
        return UTC
    span = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    # No zone was ever further from Greenwich than this; more is a slip.
    if span > timedelta(hours=16) or int(digits[3:5]) > 59:
        raise Unreadable("The offset from UTC cannot be read.")
    return timezone(-span if digits[0] == "-" else span)


def _line(text: str) -> str:
    return " ".join(text.lower().split())


def between(day: date, base: datetime) -> bool:
    """Whether a visit's day is within 2 years before and 5 after `base`: else it is a slip."""
    away = day - base.astimezone(UTC).date()
    return timedelta(days=-2 * 366) <= away <= timedelta(days=5 * 366)
