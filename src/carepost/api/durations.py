"""ISO 8601 durations, as far as an offset needs them: calendar days and seconds of the clock."""

from __future__ import annotations

import re
from typing import NamedTuple

_PATTERN = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?P<clock>T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_NOMINAL = re.compile(r"P[0-9W]*[0-9]+[YM]", re.ASCII)


class BadDuration(ValueError):
    """A text that is no duration of ours; the message says what to write."""


class Duration(NamedTuple):
    """A span: `days` of the calendar, which DST may make 23 or 25 hours long, and `seconds`."""

    days: int
    seconds: int


def parse(text: str) -> Duration:
    """Read PnW, PnD, PTnHnMnS and what they combine to; a week is 7 days.

    Months and years are refused, for nobody agrees how long they are; so are fractions and signs.
    Raises BadDuration.
    """
    if _NOMINAL.match(text):
        raise BadDuration("Months and years have no fixed length: write days, as in P30D.")
    found = _PATTERN.fullmatch(text)
    if found is None or text == "P" or found["clock"] == "T":
        raise BadDuration("Write an ISO 8601 duration such as P1D, P1W, PT2H or P1DT2H30M.")

    def part(name: str) -> int:
        return int(found[name] or 0)

    return Duration(
        days=7 * part("weeks") + part("days"),
        seconds=3600 * part("hours") + 60 * part("minutes") + part("seconds"),
    )


def write(days: int, seconds: int) -> str:
    """The shortest of the texts that `parse` reads as these days and seconds; weeks as days."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    clock = "".join(
        f"{count}{letter}" for count, letter in ((hours, "H"), (minutes, "M"), (left, "S")) if count
    )
    date = f"{days}D" if days else ""
    if not (date or clock):
        return "PT0S"
    return f"P{date}" + (f"T{clock}" if clock else "")
