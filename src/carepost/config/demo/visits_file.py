"""A file of visits to try the import with: what another practice program might export."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.config.demo import calendar, people

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "Appointment ID",
    "Date",
    "Time",
    "Minutes",
    "First name",
    "Last name",
    "Mobile phone",
    "Email",
    "Appointment type",
    "Practitioner",
    "Location",
    "Status",
)
EVERY_MINUTES = 2
HOW_MANY = 30


def write(path: Path, zone: str, now: datetime) -> None:
    """Write visits of tomorrow, two minutes apart from a moment ahead.

    So whenever the file is imported within the next hour, the reminder "1 day before" of one of
    them is due within two minutes; those whose moment has passed are left to other rules.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(HOW_MANY):
            rows.writerow(
                _row(number, local + timedelta(days=1, minutes=2 + number * EVERY_MINUTES))
            )
    unfinished.replace(path)


def _row(number: int, at: datetime) -> tuple[str, ...]:
    first_name = people.Fictitious(number).first_name
    last_name = people.Fictitious(number + 1).last_name  # nobody of the demo is called so
    name, minutes = calendar.TYPES[number % len(calendar.TYPES)]
    return (
        f"V-{1001 + number}",
        f"{at:%m/%d/%Y}",
        f"{at:%H:%M}",
        str(minutes),
        first_name,
        last_name,
        f"+1202555{160 + number % 30:04d}",
        f"{first_name}.{last_name}@example.com".lower(),
        name,
        calendar.PRACTITIONERS[number % len(calendar.PRACTITIONERS)],
        calendar.PLACES[number % len(calendar.PLACES)],
        "Booked",
    )
