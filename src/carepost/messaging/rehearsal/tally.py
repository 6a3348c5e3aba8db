"""Counting what a rehearsal finds: its memory does not grow with the practice. Pure."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from carepost.messaging.rehearsal.result import Count, Day, Rehearsal, Totals

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from carepost.messaging.rehearsal.affected import Affected, Side
    from carepost.messaging.rehearsal.outbox import Planned

CHANGES = ("gains", "loses", "moves", "held", "released", "channel", "words")


@lru_cache(maxsize=4096)
def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


class Tally:
    """Counts of both sides, and the first `keep` affected messages that come after `after`."""

    def __init__(
        self,
        now: datetime,
        until: datetime,
        zone: ZoneInfo,
        *,
        keep: int,
        after: tuple[str, ...] | None,
        only: str,
    ) -> None:
        self.now, self.until, self._zone = now, until, zone
        self._keep, self._after, self._only = keep, after, only
        self._counts: Counter[tuple[str, str, str]] = Counter()
        # Of each side by kind, channel, code of what does not go, and day.
        self._sides: tuple[Counter[tuple[str, str, str, date]], ...] = (Counter(), Counter())
        self._first: list[tuple[tuple[str, ...], int, Affected]] = []
        self._order = 0

    def is_near(self, message: Planned) -> bool:
        """Whether a message is still good for something, and due in the time that is rehearsed."""
        return message.due_at < self.until and message.expires_at > self.now

    def side(self, side: Side, *, with_: bool) -> None:
        """Count a message that is near, on one side."""
        at, code = side.fate
        planned = side.planned
        self._sides[with_][planned.kind, planned.channel, code, _day(at, self._zone)] += 1

    def count(self, change: str, last: Side) -> bool:
        """Count a message that the proposal touches; whether it may be among the first."""
        self._counts[change, last.planned.kind, last.planned.channel] += 1
        if self._only and change != self._only:
            return False
        return len(self._first) <= self._keep or last.fate.at <= self._first[-1][2].at

    def keep(self, found: Affected) -> None:
        """Keep a message that may be among the first, if it is."""
        key = found.key
        if self._after is not None and key <= self._after:
            return
        if len(self._first) > self._keep and key >= self._first[-1][0]:
            return
        self._order += 1
        insort(self._first, (key, self._order, found))
        del self._first[self._keep + 1 :]

    def result(self, clients: int) -> Rehearsal:
        """All that was found."""
        ordered = sorted(
            self._counts.items(), key=lambda c: (CHANGES.index(c[0][0]), c[0][1], c[0][2])
        )
        without, with_ = (self._days(side) for side in (False, True))
        first = self._first[: self._keep]
        return Rehearsal(
            now=self.now,
            until=self.until,
            clients=clients,
            counts=tuple(Count(*what, messages) for what, messages in ordered),
            without=self._totals(with_=False),
            with_=self._totals(with_=True),
            days=tuple(Day(d, without[d], with_[d]) for d in sorted({*without, *with_})),
            affected=tuple(found for _, _, found in first),
            more=first[-1][0] if first and len(self._first) > self._keep else None,
        )

    def _totals(self, *, with_: bool) -> Totals:
        totals = Totals()
        for (kind, channel, code, _), messages in self._sides[with_].items():
            totals.messages += messages
            if code:
                totals.not_going[code] = totals.not_going.get(code, 0) + messages
            else:
                totals.going += messages
                totals.by[kind, channel] = totals.by.get((kind, channel), 0) + messages
        return totals

    def _days(self, side: bool) -> Counter[date]:
        days: Counter[date] = Counter()
        for (_, _, code, day), messages in self._sides[side].items():
            if not code:
                days[day] += messages
        return days
