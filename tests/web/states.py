"""Messages in whatever state, brought there by legal moves alone, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepost.messaging.models import Message
from carepost.messaging.status import FIRST, MOVES, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def way_to(status: Status) -> list[Status]:
    """The shortest way from a new message to a status, the first one included."""
    ways = [[first] for first in sorted(FIRST)]
    while ways:
        way = ways.pop(0)
        if way[-1] == status:
            return way
        ways += [[*way, following] for following in sorted(MOVES[way[-1]])]
    raise AssertionError(status)


def bring(rows: Iterable[Message]) -> list[Message]:
    """Insert messages as `status` (with its `hold` or `drop`) says they are."""
    wanted = [(row, Status(row.status)) for row in rows]
    for row, status in wanted:
        row.status = way_to(status)[0]
    kept = Message.objects.bulk_create([row for row, _ in wanted], batch_size=500)
    for status in {status for _, status in wanted}:
        ids: list[UUID] = [row.id for row, its in wanted if its == status]
        for following in way_to(status)[1:]:
            Message.objects.filter(id__in=ids).update(status=following)
    return kept
