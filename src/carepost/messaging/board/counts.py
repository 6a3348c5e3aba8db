"""How many messages there are of each state, counted no further than anybody reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import connection

from carepost.messaging.board.filter import Filter
from carepost.messaging.status import Status

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from carepost.messaging.models import Message

MOST = 999
OF_SOMEBODY = 10_001
"""So many messages of the people asked for are counted: one more than a list would say."""

NOTHING = Filter()


def counts(practice_id: UUID, asked: Filter = NOTHING, most: int = MOST) -> dict[Status, int]:
    """How many messages of each state fit the rest of the filter; states without one left out.

    `most` + 1 stands for more: what is beyond is not counted. One statement, and one for words.
    """
    rows = replace(asked, state="").rows(practice_id)
    sql, given = _of_few(rows) if asked.of_few else _of_many(rows, most)
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found = {Status(status): min(number, most + 1) for status, number in cursor.fetchall()}
    return {status: found[status] for status in Status if found.get(status)}


def _of_few(rows: QuerySet[Message]) -> tuple[str, list[Any]]:
    """Of few people: all that they have, for it is read by person."""
    latest = rows.order_by("-due_at", "-id").values("status")[:OF_SOMEBODY]
    sql, given = latest.query.sql_with_params()
    # `sql` is Django's own, with its parameters apart.
    return f"SELECT status, count(*) FROM ({sql}) latest GROUP BY status", list(given)  # noqa: S608


def _of_many(rows: QuerySet[Message], most: int) -> tuple[str, list[Any]]:
    """Of all: a state at a time, each by its own part of an index, and no further than `most`."""
    parts, given = [], []
    for status in Status:
        some = rows.filter(status=status).order_by().values("status")[: most + 1]
        sql, values = some.query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({sql}) counted")  # noqa: S608
        given += [status.value, *values]
    return " UNION ALL ".join(parts), given
