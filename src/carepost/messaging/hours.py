"""When a person may be written to (RULES C1, C2): outside quiet hours, in the person's zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVENING_MARGIN = timedelta(minutes=15)
"""What is moved to the evening before leaves this long before quiet begins: time for a retry."""


class Quiet(NamedTuple):
    """Nothing leaves from `begin` (included) to `end` (excluded), local; may span midnight."""

    begin: time
    end: time


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name, kept."""
    return ZoneInfo(name)


def at_local(day: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time on the (local) day of `day`.

    One that does not exist moves forward by the gap, one that exists twice is the first (RULES C3).
    """
    return as_instant(datetime.combine(day.date(), clock), zone)


# Many people's visits begin at the same times, so that most are asked for again and again.
@lru_cache(maxsize=8192)
def as_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a naive wall time in a zone; gaps and folds as in `at_local`."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def is_quiet(at: datetime, quiet: Quiet | None, zone: ZoneInfo) -> bool:
    """Whether nothing may leave at this instant."""
    if quiet is None:
        return False
    now = _on_the_clock(at, zone)
    if quiet.begin <= quiet.end:
        return quiet.begin <= now < quiet.end
    return now >= quiet.begin or now < quiet.end


@lru_cache(maxsize=8192)
def _on_the_clock(at: datetime, zone: ZoneInfo) -> time:
    return at.astimezone(zone).time()


def opens_after(at: datetime, quiet: Quiet, zone: ZoneInfo) -> datetime:
    """The first instant from `at` on that is not quiet."""
    if not is_quiet(at, quiet, zone):
        return at
    local = at.astimezone(zone)
    for days in range(3):
        opening = at_local(local + timedelta(days=days), quiet.end, zone)
        if opening >= at and not is_quiet(opening, quiet, zone):
            return opening
    return at  # begin equals end: no quiet at all


def closed_before(at: datetime, quiet: Quiet, zone: ZoneInfo) -> datetime:
    """The last useful instant before the quiet hours that hold `at` began."""
    local = at.astimezone(zone)
    for days in range(3):
        closing = at_local(local - timedelta(days=days), quiet.begin, zone)
        if closing <= at:
            return closing - EVENING_MARGIN
    return at


def into_hours(
    at: datetime,
    quiet: Quiet | None,
    zone: ZoneInfo,
    *,
    not_before: datetime,
    not_after: datetime,
    earlier: bool,
) -> datetime | None:
    """Move a moment into a person's hours (RULES C2).

    Earlier where `earlier` allows it and the evening before is not yet past (`not_before`); else
    later, if still before `not_after`; else None: there is no such moment.
    """
    if quiet is None or not is_quiet(at, quiet, zone):
        return at
    if earlier:
        evening = closed_before(at, quiet, zone)
        if evening >= not_before and not is_quiet(evening, quiet, zone):
            return evening
    morning = opens_after(at, quiet, zone)
    return morning if morning < not_after else None
