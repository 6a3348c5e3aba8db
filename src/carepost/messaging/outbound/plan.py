"""PLAN: takes a batch of what changed, and makes the outbox hold the messages that should exist.

1. Claim rows of `replan` (other planners skip them).
2. Lock the clients they speak of, in order, so that one planner at a time plans for a person.
3. Read the facts, in statements begun after the locks.
4. Decide, purely: what is wanted (`wanted.py`), what differs (`reconcile.py`).
5. Write the differences, delete the rows, commit.

A change that commits after its facts were read leaves a row of its own, so it is planned next.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carepost.ground import ids
from carepost.messaging.outbound import plan_facts, plan_write
from carepost.messaging.outbound.reconcile import differences
from carepost.messaging.outbound.statements import statement
from carepost.messaging.outbound.wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.reconcile import Differences, Waiting
    from carepost.messaging.outbound.wanted import Wanted

BATCH = 1000
IDLE = timedelta(milliseconds=200)
SPREAD_BACK = timedelta(days=3)
LATEST = timedelta(days=1)
"""What ended longer ago is not written any more: nobody would look for it. It is less than
`SPREAD_BACK`, so that a change of the practice's reaches everyone whom it could still concern."""


async def step(db: AsyncConnection[Any], now: datetime, chance: Random) -> datetime:
    """Plan one batch, in a transaction of its own. Gives when it wants to run next."""
    async with db.transaction():
        cursor = await db.execute(statement("plan", "claim"), {"limit": BATCH}, prepare=True)
        claimed = await cursor.fetchall()
        if not claimed:
            return now + IDLE
        practices = sorted({row[0] for row in claimed})
        await act_for(db, practices)
        whole = sorted({row[0] for row in claimed if row[2] == "practice"})
        if whole:
            await _spread(db, whole, now, chance)
        clients = sorted({row[3] for row in claimed if row[2] == "client"})
        if clients:
            await plan_for(db, practices, clients, now, chance)
        await db.execute(statement("plan", "done"), {"ids": [row[1] for row in claimed]})
    return now


async def plan_for(
    db: AsyncConnection[Any],
    practices: list[UUID],
    clients: list[UUID],
    now: datetime,
    chance: Random,
) -> None:
    """Plan for these clients within the caller's transaction, which acts for their practices."""
    await db.execute(statement("plan", "lock_clients"), {"clients": clients}, prepare=True)
    cases = await plan_facts.read_cases(db, practices, clients, now)
    found = [
        (case.person, d)
        for case in cases
        if (d := decide(case.person, wanted(case.person), case.waiting, now))
    ]
    if found:
        await plan_write.write(db, found, now, chance)


def decide(
    person: Person, wants: list[Wanted], waiting: list[Waiting], now: datetime
) -> Differences:
    """What to write for one person. Pure; a rehearsal asks the same."""
    found = differences(person, wants, waiting)
    found.insert = [want for want in found.insert if want.expires_at > now - LATEST]
    return found


async def _spread(
    db: AsyncConnection[Any], practices: list[UUID], now: datetime, chance: Random
) -> None:
    """A change that concerns a whole practice becomes a row for each client it can concern."""
    cursor = await db.execute(
        statement("plan", "concerned"),
        {"practices": practices, "from": now - SPREAD_BACK},
        binary=True,
    )
    await touch(db, await cursor.fetchall(), now, chance)


async def touch(
    db: AsyncConnection[Any],
    clients: Sequence[tuple[UUID, UUID]],
    now: datetime,
    chance: Random,
) -> None:
    """Let these (practice, client) be planned for again, from the next batch on."""
    if clients:
        await db.execute(
            statement("plan", "touch"),
            {
                "id": [ids.new(now, chance) for _ in clients],
                "practice_id": [practice for practice, _ in clients],
                "client_id": [client for _, client in clients],
                "now": now,
            },
        )


async def act_for(db: AsyncConnection[Any], practices: list[UUID]) -> None:
    """Let this transaction see the rows of these practices, and of no others."""
    await db.execute(
        statement("plan", "act_for"), {"practices": ",".join(map(str, practices))}, prepare=True
    )
