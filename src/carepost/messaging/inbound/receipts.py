"""RECEIPTS: what carriers later say, applied forward only; early, late, twice, in any order.

A receipt names its attempt (the callback's URL does), so it also settles an attempt in doubt, and
ends the flight of one whose answer it overtook.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from carepost.messaging.carrier import Blame, ReceiptEvent
from carepost.messaging.outbound.plan import act_for
from carepost.messaging.outbound.settle import blame
from carepost.messaging.outbound.statements import statement
from carepost.messaging.status import Status, may_follow

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

BATCH = 500
IDLE = timedelta(milliseconds=200)


class Heard(NamedTuple):
    """The columns of `unread` in receipts.sql, in its order."""

    id: UUID
    practice_id: UUID
    attempt_id: UUID
    event: str
    ref: str
    code: str
    words: str
    blame: str
    at: datetime
    message_id: UUID
    status: str
    channel: str
    address: str


def path(status: Status, event: ReceiptEvent) -> tuple[Status, ...]:
    """The statuses a message goes through on a receipt; none: it says nothing new. Pure.

    `planned` with a receipt: an attempt thought not taken was taken. It must not leave again, so
    it goes the way it should have gone.
    """
    end = {
        ReceiptEvent.TAKEN: Status.SENT,
        ReceiptEvent.DELIVERED: Status.DELIVERED,
        ReceiptEvent.UNDELIVERED: Status.UNDELIVERED,
    }[event]
    if event is ReceiptEvent.TAKEN and status not in (
        Status.UNCERTAIN,
        Status.PLANNED,
        Status.NEEDS_PERSON,
    ):
        return ()  # no news: the acceptance said so, or will
    if status is Status.PLANNED:
        return () if event is ReceiptEvent.UNDELIVERED else (Status.SENDING, end)
    if status != end and may_follow(status, end):
        return (end,)
    return ()


async def step(db: AsyncConnection[Any], now: datetime, chance: Random) -> datetime:
    """Apply one batch of stored receipts. Gives when it wants to run next."""
    async with db.transaction():
        cursor = await db.execute(
            "SELECT practice_id, receipt_id FROM door_receipts(%(limit)s)",
            {"limit": BATCH},
            prepare=True,
        )
        found = await cursor.fetchall()
        if not found:
            return now + IDLE
        await act_for(db, sorted({row[0] for row in found}))
        receipts = [row[1] for row in found]
        await db.execute(statement("receipts", "lock_flights"), {"ids": receipts}, prepare=True)
        cursor = await db.execute(statement("receipts", "unread"), {"ids": receipts}, prepare=True)
        heard = [Heard(*row) for row in await cursor.fetchall()]
        await _apply(db, now, heard)
        await blame(
            db,
            now,
            chance,
            [
                (h.practice_id, h.channel, h.address, Blame(h.blame))
                for h in heard
                if h.blame and h.event == ReceiptEvent.UNDELIVERED
            ],
        )
        await db.execute(statement("receipts", "read"), {"ids": receipts, "now": now}, prepare=True)
    return now


async def _apply(db: AsyncConnection[Any], now: datetime, heard: list[Heard]) -> None:
    status = {h.message_id: Status(h.status) for h in heard}
    moves: list[tuple[Heard, Status]] = []
    for receipt in heard:
        for move in path(status[receipt.message_id], ReceiptEvent(receipt.event)):
            status[receipt.message_id] = move
            moves.append((receipt, move))
    # A message may move twice in a batch (taken, then delivered): each move is a round of its own.
    while moves:
        seen: set[UUID] = set()
        now_round: list[tuple[Heard, Status]] = []
        later: list[tuple[Heard, Status]] = []
        for receipt, move in moves:
            (later if receipt.message_id in seen else now_round).append((receipt, move))
            seen.add(receipt.message_id)
        moves = later
        await db.execute(
            statement("receipts", "move"),
            {
                "id": [h.message_id for h, _ in now_round],
                "status": [s.value for _, s in now_round],
                "ref": [h.ref for h, _ in now_round],
                "code": [h.code for h, _ in now_round],
                "words": [h.words for h, _ in now_round],
                "now": now,
            },
            prepare=True,
        )
    await db.execute(
        statement("receipts", "land"),
        {
            "attempt_id": [h.attempt_id for h in heard],
            "ref": [h.ref for h in heard],
            "now": now,
        },
        prepare=True,
    )
