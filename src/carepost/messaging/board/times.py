"""Messages by hour and by day: what leaves next, what came of the last.

Of all clients, or (`own_of`) of the own clients of a member alone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from carepost.appointments import own
from carepost.messaging.status import Status

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID
    from zoneinfo import ZoneInfo

_DAYS = """
SELECT (due_at AT TIME ZONE %(zone)s)::date, status, count(*)
FROM messaging_message
WHERE practice_id = %(practice)s {own} AND due_at >= %(since)s AND due_at < %(until)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_FLOW = """
(SELECT 'leaves', date_trunc('hour', greatest(due_at, %(since)s)), channel, count(*)
 FROM messaging_message
 WHERE practice_id = %(practice)s {own} AND status = 'planned' AND due_at < %(until)s
 GROUP BY 2, 3)
UNION ALL
(SELECT 'came', NULL, status, count(*)
 FROM messaging_message
 WHERE practice_id = %(practice)s {own} AND due_at > %(lately)s AND due_at <= %(now)s
   AND status NOT IN ('planned', 'held')
 GROUP BY 3)
UNION ALL
SELECT 'beat', max(at), '', 0 FROM messaging_workerbeat
"""


class HourCount(NamedTuple):
    """How many messages leave by a channel within the hour that begins at `hour`."""

    hour: datetime
    channel: str
    messages: int


class DayCount(NamedTuple):
    """How many messages due on a local day are in a state."""

    day: date
    status: Status
    messages: int


class Flow(NamedTuple):
    """What leaves in the next hours, what came of the last, and when a worker was last heard of."""

    leaving: list[HourCount]
    last_hour: dict[Status, int]
    beat: datetime | None


def flow(practice_id: UUID, now: datetime, hours: int = 24, own_of: UUID | None = None) -> Flow:
    """What is planned for the next `hours`, this one included, in order; what came of what was due
    within the last hour; and whether anything sends at all. One statement.

    What is overdue counts to this hour: it leaves as soon as it can.
    """
    since = now.replace(minute=0, second=0, microsecond=0)
    given = {
        "practice": practice_id,
        "since": since,
        "until": since + timedelta(hours=hours),
        "lately": now - timedelta(hours=1),
        "now": now,
    }
    leaves, came, beat = [], {}, None
    for sort, at, word, number in _rows(_FLOW, given, own_of):
        if sort == "leaves":
            leaves.append(HourCount(at, word, number))
        elif sort == "came":
            came[Status(word)] = number
        else:
            beat = at
    return Flow(sorted(leaves), came, beat)


def days(
    practice_id: UUID, now: datetime, zone: ZoneInfo, days: int = 30, own_of: UUID | None = None
) -> list[DayCount]:
    """What was due on each of the last local days, today included, by what came of it."""
    today = now.astimezone(zone).date()
    given = {
        "practice": practice_id,
        "zone": str(zone),
        "since": datetime.combine(today - timedelta(days=days - 1), time(), zone),
        "until": datetime.combine(today + timedelta(days=1), time(), zone),
    }
    return [DayCount(day, Status(status), n) for day, status, n in _rows(_DAYS, given, own_of)]


def _rows(query: str, given: dict[str, Any], own_of: UUID | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(own=own.among("client_id", own_of)), given | {"own": own_of})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
