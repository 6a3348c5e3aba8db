"""The demo's calendar: two weeks back and ahead, and a few visits whose reminder is due now."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.appointments import local_time
from carepost.config.demo.people import HOW_MANY

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = 14
A_DAY = 10  # visits on a working day
PRACTITIONERS = ("Dr. Maya Rivera", "Dr. Tom Albright", "Kim Sandoval", "Noor El-Amin")
PLACES = ("12 River Street", "River Street Annex")
TYPES = (("First visit", 45), ("Follow-up", 20), ("Review", 30))
SOON = (10, 35, 75, 150, 300, 600)
"""Seconds from now until the reminder of each of the soon visits is due."""

_ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "Pacific/Guam",
    "Asia/Kolkata",
    "Europe/London",
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit to book. `client` is a number of `people.everyone()`."""

    external_id: str
    client: int
    type: str
    practitioner: str
    place: str
    starts_at: datetime
    minutes: int


def daytime_zone(now: datetime) -> str:
    """A zone in which the demo's practice is open at `now`, so that its visits look likely."""
    return next(
        (z for z in _ZONES if 9 <= now.astimezone(ZoneInfo(z)).hour < 16),
        min(_ZONES, key=lambda z: abs(now.astimezone(ZoneInfo(z)).hour - 12)),
    )


def around(today: date, zone: str) -> Iterator[Planned]:
    """The visits of the working days around `today`. A day's are the same whenever it is asked."""
    for offset in range(-DAYS, DAYS + 1):
        day = today + timedelta(days=offset)
        if day.weekday() < 5:
            yield from _day(day, zone)


def soon(now: datetime, zone: str) -> Iterator[Planned]:
    """Visits just over a day ahead: the reminder of "1 day before" is due in seconds (`SOON`)."""
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
    for number, seconds in enumerate(SOON):
        # By the wall clock, as the rule counts: a day may have 23 hours.
        wall = local + timedelta(days=1, seconds=seconds + 1)
        yield Planned(
            external_id=f"{local.date()}-soon-{number}",
            client=(local.date().toordinal() * 7 + number) % HOW_MANY,
            type="Follow-up",
            practitioner=PRACTITIONERS[number % len(PRACTITIONERS)],
            place=PLACES[0],
            starts_at=local_time.instant(wall.date(), wall.time(), zone),
            minutes=20,
        )


def _day(day: date, zone: str) -> Iterator[Planned]:
    chance = random.Random(day.isoformat())  # noqa: S311 -- a demo
    clients = chance.sample(range(HOW_MANY), A_DAY)
    slots = chance.sample(
        [(who, slot) for who in range(len(PRACTITIONERS)) for slot in range(9)], A_DAY
    )
    for number, (client, (who, slot)) in enumerate(zip(clients, slots, strict=True)):
        name, minutes = chance.choice(TYPES)
        at = time(9 + slot * 45 // 60, slot * 45 % 60)
        yield Planned(
            external_id=f"{day}-{number}",
            client=client,
            type=name,
            practitioner=PRACTITIONERS[who],
            place=PLACES[who // 2],
            starts_at=local_time.instant(day, at, zone),
            minutes=minutes,
        )
