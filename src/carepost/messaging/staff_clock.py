"""Times as staff read them: on a zone's clocks, in the reader's language, near days by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.translation import gettext as _

from carepost.messaging.hours import as_instant, zone_of

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Day and time: "Today 9:10 PM", "Tue 3 Mar 10:00 AM"; with the year where it is another."""
    local = at.astimezone(zone)
    return f"{day(local.date(), now.astimezone(zone).date())} {clock(at, zone)}"


def day(then: date, today: date) -> str:
    """A day by its name if near, else by its date."""
    away = (then - today).days
    near = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}
    if away in near:
        return near[away]
    return formats.date_format(then, "D j M" if then.year == today.year else "D j M Y")


def clock(at: datetime, zone: ZoneInfo) -> str:
    """The time of day alone."""
    # Django's English "P" would write noon and "3 p.m."; times want one shape.
    usual = formats.get_format("TIME_FORMAT")
    shape = "g:i A" if usual == "P" else usual
    return formats.time_format(at.astimezone(zone).time(), shape)


def zone_word(at: datetime, zone: ZoneInfo) -> str:
    """What a zone is called for short at that moment, such as EST."""
    local = at.astimezone(zone)
    return local.tzname() or local.strftime("%z")


def wall(local: datetime, zone: str, reader: ZoneInfo, now: datetime) -> str:
    """A visit's own wall time; its zone is named where the reader's is another."""
    there = zone_of(zone)
    at = as_instant(local, there)
    said = moment(at, there, now)
    return said if there == reader else f"{said} {zone_word(at, there)}"
