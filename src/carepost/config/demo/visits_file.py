"""Files of visits to try the import with: what another practice program might export.

A flu shot clinic tomorrow, with nurses of its own, so that nothing is in its way; and one file in
which somebody made the mistakes that people make.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.config.demo.setting import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COLUMNS = (
    "Appointment ID", "Date", "Time", "Minutes", "First name", "Last name", "Mobile phone", "Email",
    "Appointment type", "Practitioner", "Location", "Status",
)  # fmt: skip
CLEAN = "visits.csv"
MISTAKEN = "visits-with-mistakes.csv"
EVERY_MINUTES = 2
HOW_MANY = 30
NURSES = ("Nurse Gwen Achebe", "Nurse Paul Lindqvist")
MINUTES = EVERY_MINUTES * len(NURSES)
"""As long as that, one nurse's shots follow each other without a gap."""
TYPE = "Flu shot"
# Nobody of the demo is called so.
_FIRST = (
    "Abel", "Bruna", "Cato", "Dorothea", "Ezra", "Flora", "Gideon", "Hilde", "Ivo", "Juno",
)  # fmt: skip
_LAST = ("Ashdown", "Bellweather", "Corrigan")


def write(home: Path, zone: str, now: datetime) -> None:
    """Write both files into the demo's home.

    Visits are two minutes apart from a moment ahead, tomorrow: so whenever the clean file is
    imported within the next hour, the reminder "1 day before" of one of them is due within two
    minutes; those whose moment has passed are left to other rules.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None)
    first = local + timedelta(days=1, minutes=2)
    clean = [_row(number, first + timedelta(minutes=number * EVERY_MINUTES))
             for number in range(HOW_MANY)]  # fmt: skip
    _write(home / CLEAN, clean)
    _write(home / MISTAKEN, _mistaken(local + timedelta(days=2)))


def _write(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows(rows)
    unfinished.replace(path)


def _row(number: int, at: datetime) -> tuple[str, ...]:
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST)]
    return (
        f"F-{at:%m%d}-{number + 1:02d}", f"{at:%m/%d/%Y}", f"{at:%H:%M}", str(MINUTES), first, last,
        f"+1628555{100 + number:04d}", f"{first}.{last}@example.com".lower(), TYPE,
        NURSES[number % len(NURSES)], PLACES[1][0], "Booked",
    )  # fmt: skip


def _mistaken(day: datetime) -> list[tuple[str, ...]]:
    """Two rows as they should be, and after them one for each mistake."""
    rows = [
        list(_row(number, day.replace(hour=10, minute=0) + timedelta(minutes=number * 10)))
        for number in range(10)
    ]
    for number, row in enumerate(rows):
        row[0] = f"M-{number + 1:02d}"
    wrong = (
        (2, "Date", "02/31/2027"),  # no such day
        (3, "Time", "half past nine"),
        (4, "First name", ""),  # with no last name either: nobody
        (4, "Last name", ""),
        (5, "Practitioner", ""),
        (6, "Mobile phone", "call his wife"),
        (6, "Email", "none at all"),
        (7, "Status", "perhaps"),
        (8, "Appointment ID", "M-01"),  # the same visit twice
        (9, "Time", rows[1][COLUMNS.index("Time")]),  # one nurse, two clients at once
        (9, "Practitioner", rows[1][COLUMNS.index("Practitioner")]),
    )
    for number, column, value in wrong:
        rows[number][COLUMNS.index(column)] = value
    return [tuple(row) for row in rows]
