"""Messages by hour and by day: what leaves next, what came of the last."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from carepost.messaging.status import Status

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID
    from zoneinfo import ZoneInfo

_LEAVING = """
SELECT date_trunc('hour', greatest(due_at, %(since)s)), channel, count(*)
FROM messaging_message
WHERE practice_id = %(practice)s AND status = 'planned' AND due_at < %(until)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_DAYS = """
SELECT (due_at AT TIME ZONE %(zone)s)::date, status, count(*)
FROM messaging_message
WHERE practice_id = %(practice)s AND due_at >= %(since)s AND due_at < %(until)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_LAST = """
SELECT status, count(*)
FROM messaging_message
WHERE practice_id = %(practice)s AND due_at > %(since)s AND due_at <= %(until)s
  AND status NOT IN ('planned', 'held')
GROUP BY 1
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


def leaving(practice_id: UUID, now: datetime, hours: int = 24) -> list[HourCount]:
    """What is planned for the next hours, this one included, in order.

    What is overdue counts to this hour: it leaves as soon as it can.
    """
    since = now.replace(minute=0, second=0, microsecond=0)
    given = {"practice": practice_id, "since": since, "until": since + timedelta(hours=hours)}
    return [HourCount(*row) for row in _rows(_LEAVING, given)]


def days(practice_id: UUID, now: datetime, zone: ZoneInfo, days: int = 30) -> list[DayCount]:
    """What was due on each of the last local days, today included, by what came of it."""
    today = now.astimezone(zone).date()
    given = {
        "practice": practice_id,
        "zone": str(zone),
        "since": datetime.combine(today - timedelta(days=days - 1), time(), zone),
        "until": datetime.combine(today + timedelta(days=1), time(), zone),
    }
    return [DayCount(day, Status(status), n) for day, status, n in _rows(_DAYS, given)]


def last_hour(practice_id: UUID, now: datetime) -> dict[Status, int]:
    """What came of what was due within the last hour."""
    given = {"practice": practice_id, "since": now - timedelta(hours=1), "until": now}
    return {Status(status): number for status, number in _rows(_LAST, given)}


def _rows(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
