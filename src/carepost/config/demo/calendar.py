"""The demo's calendar: what was, and three weeks ahead; a day's visits are always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from carepost.appointments import local_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.demo.size import Size

AHEAD = 21
LONGEST_LEAD = 90
"""Days: how far the calendar reaches, and how long before a visit it is booked at most."""

TYPES = (("First visit", 45), ("Follow-up", 20), ("Review", 30))
_SHARES = (22, 48, 30)
_HALVES = ((time(9), time(12, 30)), (time(13, 30), time(17)))
"""A day, around lunch."""

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
    """One visit and its life. `client`, `practitioner` and `place` are numbers.

    `cancelled_at`, `moved_at` (from `moved_from`) and `confirmed_at` are None where that never
    happens. `tell`: the client is told by a message that it was booked. `comes`: is not a no-show.
    """

    external_id: str
    client: int
    type: str
    practitioner: int
    place: int
    day: date
    clock: time
    zone: str
    starts_at: datetime
    minutes: int
    booked_at: datetime
    tell: bool
    comes: bool
    cancelled_at: datetime | None = None
    moved_at: datetime | None = None
    moved_from: tuple[date, time] | None = None
    confirmed_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def status(self, now: datetime) -> str:
        """What has become of it."""
        if self.cancelled_at and self.cancelled_at <= now:
            return "cancelled"
        if self.ends_at <= now:
            return "done" if self.comes else "no_show"
        return "confirmed" if self.confirmed_at and self.confirmed_at <= now else "booked"


def daytime_zone(now: datetime) -> str:
    """A zone in which the demo's practice is open at `now`, so that its visits look likely."""
    return next(
        (z for z in _ZONES if 9 <= now.astimezone(ZoneInfo(z)).hour < 16),
        min(_ZONES, key=lambda z: abs(now.astimezone(ZoneInfo(z)).hour - 12)),
    )


def around(now: datetime, zone: str, size: Size) -> Iterator[Planned]:
    """The visits that were booked by `now`, in the order of their days."""
    today = now.astimezone(ZoneInfo(zone)).date()
    for offset in range(-size.back, AHEAD + 1):
        day = today + timedelta(days=offset)
        if day.weekday() < 5:
            yield from (visit for visit in _day(day, zone, size) if visit.booked_at <= now)


def _day(day: date, zone: str, size: Size) -> Iterator[Planned]:
    chance = random.Random(f"{day} {size.clients}")  # noqa: S311 -- a demo
    slots = [slot for who in range(size.practitioners) for slot in _slots(who, chance)]
    # Nobody comes twice a day.
    for number, (client, (who, clock, type_, minutes)) in enumerate(
        zip(chance.sample(range(size.clients), len(slots)), slots, strict=True)
    ):
        place = who // 2 * 2 % size.places + (who + (day.weekday() >= 3)) % 2
        begins = local_time.instant(day, clock, zone)
        booked = begins - timedelta(
            days=chance.randrange(22, LONGEST_LEAD)
            if chance.random() < 0.75
            else chance.randrange(1, 22),
            minutes=chance.randrange(-180, 180),
        )
        yield Planned(
            external_id=f"{day}-{number}",
            client=client,
            type=type_,
            practitioner=who,
            place=place,
            day=day,
            clock=clock,
            zone=zone,
            starts_at=begins,
            minutes=minutes,
            booked_at=booked,
            tell=chance.random() < 0.35,
            comes=chance.random() < 0.95,
            **_life(day, clock, begins, booked, chance),
        )


def _slots(who: int, chance: random.Random) -> Iterator[tuple[int, time, str, int]]:
    """A practitioner's day: visits one after another with gaps, none over lunch."""
    for first, last in _HALVES:
        at = first.hour * 60 + first.minute + chance.choice((0, 0, 10, 15))
        while True:
            name, minutes = chance.choices(TYPES, _SHARES)[0]
            if at + minutes > last.hour * 60 + last.minute:
                break
            yield who, time(at // 60, at % 60), name, minutes
            at += minutes + chance.choice((0, 10, 15, 30, 45, 60))
            at = -(-at // 5) * 5


def _life(
    day: date, clock: time, begins: datetime, booked: datetime, chance: random.Random
) -> dict[str, Any]:  # the fields of `Planned` of those names
    span = begins - booked
    fate = chance.random()
    if fate < 0.06:
        return {"cancelled_at": booked + span * (0.2 + chance.random() * 0.78)}
    life: dict[str, Any] = {}
    known = booked
    if fate < 0.11:
        known = begins - span * (0.35 + chance.random() / 2)
        former = (day + timedelta(days=chance.choice((-6, -2, 2, 5))), clock)
        life = {"moved_at": known, "moved_from": former}
    confirmed = begins - _hours(chance, 20, 70)
    if chance.random() < 0.6 and confirmed > known:
        life["confirmed_at"] = confirmed
    return life


def _hours(chance: random.Random, least: int, most: int) -> timedelta:
    return timedelta(minutes=chance.randrange(least * 60, most * 60))
