"""What a rehearsal finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from carepost.messaging.rehearsal.affected import Affected


class Progress(NamedTuple):
    """How many clients of how many have been rehearsed for."""

    done: int
    total: int


class Count(NamedTuple):
    """How many messages of a kind and channel a change touches; see `Affected.change`."""

    change: str
    kind: str
    channel: str
    messages: int


class Day(NamedTuple):
    """How many messages leave on a local day of the practice."""

    day: date
    without: int
    with_: int


@dataclass(slots=True)
class Totals:
    """One side's messages that are due in the two weeks: those that go, and why the rest do not.

    `segments` of the SMS that go; None until it is known. Where `estimated`, some were measured
    and the rest are taken to be alike.
    """

    messages: int = 0
    going: int = 0
    not_going: dict[str, int] = field(default_factory=dict)
    by: dict[tuple[str, str], int] = field(default_factory=dict)  # kind, channel: those that go
    segments: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The next two weeks with and without a proposal. `affected` are the first in due order.

    `more`: give it as `after` for those that follow; None: these are all.
    """

    now: datetime
    until: datetime
    clients: int
    counts: tuple[Count, ...]
    without: Totals
    with_: Totals
    days: tuple[Day, ...]
    affected: tuple[Affected, ...]
    more: tuple[str, ...] | None

    def count(self, change: str) -> int:
        """How many messages a change touches."""
        return sum(c.messages for c in self.counts if c.change == change)
