"""From a clock on a wall to an instant, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def instant(date: date, time: time, zone: str) -> datetime:
    """The instant, in UTC, at which clocks in `zone` (an IANA name) show this date and time.

    A time that does not exist moves forward by the gap; of one that exists twice, the first is
    meant (RULES C3). Raises ZoneInfoNotFoundError; OverflowError at the ends of the calendar.
    """
    # fold=0 is both rules at once: before a gap or an overlap ends, the former offset holds
    # (PEP 495).
    wall = datetime.combine(date, time.replace(fold=0, tzinfo=None), ZoneInfo(zone))
    return wall.astimezone(UTC)


def local(instant: datetime, zone: str) -> tuple[date, time]:
    """The date and time that clocks in `zone` (an IANA name) show at an aware instant.

    Raises ZoneInfoNotFoundError; ValueError for a naive instant.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant needs its offset")
    wall = instant.astimezone(ZoneInfo(zone))
    # fold would make two equal times differ; which of the two is meant is the instant's to say.
    return wall.date(), wall.time().replace(fold=0)
