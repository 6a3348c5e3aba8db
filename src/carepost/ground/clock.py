"""What time it is: the one source, and clocks that a test can hold still or move.

Nothing else in Carepost asks the machine for the time. A step of the worker is given its `now`; its
SQL takes `%(now)s`; so a simulated year and a real one run the same code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Whatever can be asked for the time: `clock()` gives an aware instant in UTC.

    The function `now` is one; a test hands in a `Fixed` or a `Stepped`.
    """

    def __call__(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@dataclass(frozen=True)
class Fixed:
    """A clock that stands still at `instant`, for tests of what one moment decides."""

    instant: datetime

    def __post_init__(self) -> None:
        _utc(self.instant)

    def __call__(self) -> datetime:
        """The instant it was made with, in UTC."""
        return _utc(self.instant)


class Stepped:
    """A clock that moves only when told to, and never back.

    The simulation advances it between the steps of its virtual workers.
    """

    def __init__(self, start: datetime) -> None:
        """`start` is an aware instant. Raises ValueError for a naive one."""
        self._instant = _utc(start)

    def __call__(self) -> datetime:
        """The instant it was last moved to, in UTC."""
        return self._instant

    def advance(self, by: timedelta) -> datetime:
        """Move on by a duration and say the new instant. Raises ValueError for a step back."""
        return self.move_to(self._instant + by)

    def move_to(self, instant: datetime) -> datetime:
        """Move on to an aware instant and say it. Raises ValueError for one that has passed."""
        instant = _utc(instant)
        if instant < self._instant:
            raise ValueError(
                f"The clock stands at {self._instant}; it cannot go back to {instant}."
            )
        self._instant = instant
        return instant


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(
            f"{instant!r} has no time zone: a clock tells an instant, not a wall time."
        )
    return instant.astimezone(UTC)
