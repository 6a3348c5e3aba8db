"""On which days a visit repeats: a part of RFC 5545's RRULE, over days of a local calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any

from dateutil import rrule  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

from carepost.practice import fields
from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 120
"""How many visits a series may have: more than two years of weeks."""

FREQUENCIES = {"daily": rrule.DAILY, "weekly": rrule.WEEKLY, "monthly": rrule.MONTHLY}
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every `interval` days, weeks or months: `count` times in all, or until a day, inclusive.

    `weekdays` (weekly only): mo to su; none: that of the first visit. Monthly is on the same day
    of the month; months that have it not are left out (RFC 5545 3.3.10).
    """

    freq: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    weekdays: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Repeat:
        """One from words (`Any`: each is checked): freq, interval, count or until, weekdays.

        Raises Refused, with a field such as `repeat.count`.
        """
        for name in given:
            if name not in ("freq", "interval", "count", "until", "weekdays"):
                raise Refused(_("There is no such field."), f"repeat.{name}")
        freq = fields.one_of(given.get("freq"), "repeat.freq", tuple(FREQUENCIES))
        count, until = given.get("count"), given.get("until")
        if (count is None) == (until is None):
            raise Refused(_("Say how often, or until which day: one of the two."), "repeat.count")
        if count is not None:
            count = fields.whole_number(count, "repeat.count", least=2, most=MOST)
        elif not isinstance(until, date) or isinstance(until, datetime):
            raise Refused(_("Write a day, such as 2026-12-31."), "repeat.until")
        interval = fields.whole_number(
            given.get("interval") or 1, "repeat.interval", least=1, most=52
        )
        named = given.get("weekdays") or ()
        if named and freq != "weekly":
            raise Refused(_("Only what repeats by weeks has days of the week."), "repeat.weekdays")
        chosen = {fields.one_of(day, "repeat.weekdays", WEEKDAYS) for day in named}
        weekdays = tuple(day for day in WEEKDAYS if day in chosen)
        return cls(freq, interval, count, until, weekdays)

    @classmethod
    def from_rule(cls, text: str) -> Repeat:
        """One from its `rule`, as a series keeps it."""
        said = dict(part.split("=", 1) for part in text.split(";"))
        until = said.get("UNTIL")
        return cls(
            said["FREQ"].lower(),
            int(said.get("INTERVAL", 1)),
            int(said["COUNT"]) if "COUNT" in said else None,
            date.fromisoformat(until) if until else None,
            tuple(said["BYDAY"].lower().split(",")) if "BYDAY" in said else (),
        )

    @property
    def rule(self) -> str:
        """The RRULE, over days."""
        parts = [f"FREQ={self.freq.upper()}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.weekdays:
            parts.append(f"BYDAY={','.join(self.weekdays).upper()}")
        parts.append(f"COUNT={self.count}" if self.count else f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)

    def days(self, first: date) -> list[date]:
        """The days, of which `first` is the first: 2 to 120.

        Raises Refused where it is none of them, and for more or fewer days.
        """
        if self.weekdays and WEEKDAYS[first.weekday()] not in self.weekdays:
            raise Refused(
                _("The first visit is on another day of the week. Add that day, or move it."),
                "repeat.weekdays",
            )
        expanded = rrule.rrule(
            FREQUENCIES[self.freq],
            dtstart=datetime.combine(first, time()),
            interval=self.interval,
            count=self.count,
            until=datetime.combine(self.until, time()) if self.until else None,
            byweekday=[WEEKDAYS.index(day) for day in self.weekdays] or None,
            wkst=rrule.MO,
        )
        days = [moment.date() for moment in islice(expanded, MOST + 1)]
        if len(days) > MOST:
            raise Refused(
                _("These are more than 120 visits. Book them up to an earlier day."),
                "repeat.until",
            )
        if len(days) < 2:
            raise Refused(_("This repeats nothing: choose a later day."), "repeat.until")
        return days
