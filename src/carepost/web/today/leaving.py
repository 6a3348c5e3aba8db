"""What leaves in the next 24 hours, by hour and method, and what came of the last hour."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.translation import gettext as _

from carepost.messaging import board
from carepost.messaging.status import Status
from carepost.web import readiness
from carepost.web.pictures import bars

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString

    from carepost.web.visitor import Visitor

HOURS = 24
METHODS = ("sms", "email")


@dataclass(frozen=True, slots=True)
class Leaving:
    """The picture with its numbers, and the last hour's count of each state.

    `working`: whether a worker was heard of lately, without which nothing leaves.
    """

    total: int
    drawing: SafeString
    series: tuple[bars.Series, ...]
    columns: list[bars.Column]
    first_word: str
    last_hour: list[tuple[str, int]]
    working: bool


def of(visitor: Visitor) -> Leaving:
    """What leaves, told in the practice's time."""
    start = visitor.now.replace(minute=0, second=0, microsecond=0)
    counted: dict[tuple[datetime, str], int] = defaultdict(int)
    flow = board.flow(visitor.practice_id, visitor.now, HOURS, visitor.own_of)
    for hour, channel, number in flow.leaving:
        counted[hour, channel] += number
    series = (bars.Series(_("SMS"), "one"), bars.Series(_("Email"), "two"))
    columns = [_column(visitor, start + timedelta(hours=n), counted) for n in range(HOURS)]
    return Leaving(
        total=sum(column.total for column in columns),
        drawing=bars.draw(series, columns, _("Messages of the next 24 hours, by hour")),
        series=series,
        columns=columns,
        first_word=_("Hour"),
        last_hour=[(str(s), flow.last_hour[s]) for s in Status if s in flow.last_hour],
        working=readiness.lives(flow.beat, visitor.now),
    )


def _column(
    visitor: Visitor, hour: datetime, counted: dict[tuple[datetime, str], int]
) -> bars.Column:
    local = hour.astimezone(visitor.zone)
    return bars.Column(
        formats.time_format(
            local.time(), "g A" if formats.get_format("TIME_FORMAT") == "P" else "H"
        ),
        tuple(counted[hour, method] for method in METHODS),
        formats.date_format(local, "D") + " " + formats.time_format(local.time(), "TIME_FORMAT"),
    )
