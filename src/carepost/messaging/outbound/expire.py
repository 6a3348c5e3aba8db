"""EXPIRE: what waited too long, and what was never heard of again.

A message past its `expires_at` that has not left never will. One that was sent, and of which no
receipt came within three days, is `no_receipt`: what became of it is not known.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carepost.messaging.outbound.plan import act_for

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from psycopg import AsyncConnection

BATCH = 500
IDLE = timedelta(seconds=5)
UNHEARD_AFTER = timedelta(days=3)

EXPIRE = """
UPDATE messaging_message SET status = 'expired', settled_at = %(now)s
WHERE id = ANY(%(ids)s)
"""
UNHEARD = """
UPDATE messaging_message SET status = 'no_receipt', settled_at = %(now)s
WHERE id = ANY(%(ids)s)
"""


async def step(db: AsyncConnection[Any], now: datetime, chance: Random) -> datetime:
    """Expire one batch of each sort. Gives when it wants to run next."""
    full = False
    for door, until, update in (
        ("door_expired", now, EXPIRE),
        ("door_unheard", now - UNHEARD_AFTER, UNHEARD),
    ):
        async with db.transaction():
            cursor = await db.execute(
                f"SELECT practice_id, message_id FROM {door}(%(until)s, %(limit)s)",  # noqa: S608
                {"until": until, "limit": BATCH},
                prepare=True,
            )
            found = await cursor.fetchall()
            if found:
                await act_for(db, sorted({row[0] for row in found}))
                await db.execute(update, {"ids": [row[1] for row in found], "now": now})
            full = full or len(found) == BATCH
    return now if full else now + IDLE
