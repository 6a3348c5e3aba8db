"""What each rule did in the last week, and will do in the next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from carepost.appointments import own

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

WEEK = timedelta(days=7)
_COUNT = """
SELECT rule_id,
       count(*) FILTER (WHERE due_at <= %(now)s
                        AND status NOT IN ('planned', 'held', 'dropped', 'expired', 'failed')),
       count(*) FILTER (WHERE status = 'planned')
FROM messaging_message
WHERE practice_id = %(practice)s {own} AND due_at > %(since)s AND due_at < %(until)s
  AND rule_id IS NOT NULL
GROUP BY rule_id
"""


class Forecast(NamedTuple):
    """Messages that left in the last 7 days, and that are planned for the next 7."""

    left: int
    will: int


def forecast(practice_id: UUID, now: datetime, own_of: UUID | None = None) -> dict[UUID, Forecast]:
    """By rule; one that did and will do nothing is left out. One statement.

    `own_of`: only messages to the own clients of this member.
    """
    given = _given(practice_id, now) | {"own": own_of}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(own=own.among("client_id", own_of)), given)
        return {
            rule: Forecast(left, will) for rule, left, will in cursor.fetchall() if left or will
        }


def _given(practice_id: UUID, now: datetime) -> dict[str, Any]:
    return {"practice": practice_id, "now": now, "since": now - WEEK, "until": now + WEEK}
