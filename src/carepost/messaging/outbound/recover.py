"""RECOVER: what a crash, a cut or a silent carrier left open.

1. Attempts whose lease ran out: one that the carrier's receipt spoke of meanwhile was taken; else
   email is planned again (with its one Message-ID), and the others are uncertain from now on.
2. Uncertain attempts whose time to look has come: the carrier is asked, outside any transaction,
   what it took from this line to this address since then, less the references we know.
   One candidate settles it; two or more go to a person; none in two looks, some time apart, counts
   as not taken (an assumption: carriers list what they took within that wait, a setting).

A callback may settle any of them first: then the attempt is no longer in flight, and nothing here
touches it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from carepost.messaging.carrier import LookupFailed, Outcome, ReceiptEvent, Sighting
from carepost.messaging.outbound.plan import act_for
from carepost.messaging.outbound.settlement import AGAIN_SOON
from carepost.messaging.outbound.statements import statement
from carepost.messaging.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

    from carepost.messaging.carrier import Carrier
    from carepost.messaging.outbound.vault import Vault

BATCH = 100
IDLE = timedelta(seconds=1)
LOOKS = 2
LOOKS_A_STEP = 10  # so that a claim ends before LOOK_TIMEOUT, and other workers look too
LOOK_TIMEOUT = timedelta(seconds=60)
BEFORE = timedelta(seconds=5)  # clocks of carriers differ from ours


class Doubt(NamedTuple):
    """The columns of `doubts` in recover.sql, in its order."""

    id: UUID
    practice_id: UUID
    message_id: UUID
    line_id: UUID
    address: str
    since: datetime
    uncertain_since: datetime | None
    looks: int
    look_at: datetime | None
    channel: str
    status: str
    expires_at: datetime
    tries: int
    carrier: str
    line_address: str
    line_settings: bytes
    practice_email: str
    outcome: str
    ref: str


class Conclusion(NamedTuple):
    """What a look means. No `status`: look again."""

    status: Status | None
    ref: str = ""


def conclusion(sightings: Sequence[Sighting], looks: int) -> Conclusion:
    """Pure: from what the carrier lists, after so many earlier looks that found nothing."""
    if len(sightings) > 1:
        return Conclusion(Status.NEEDS_PERSON)
    if sightings:
        met = sightings[0]
        status = {
            ReceiptEvent.TAKEN: Status.SENT,
            ReceiptEvent.DELIVERED: Status.DELIVERED,
            ReceiptEvent.UNDELIVERED: Status.UNDELIVERED,
        }[met.event]
        return Conclusion(status, met.ref)
    return Conclusion(Status.PLANNED if looks + 1 >= LOOKS else None)


async def step(
    db: AsyncConnection[Any],
    now: datetime,
    chance: Random,
    carrier_for: Callable[[str], Carrier],
    vault: Vault,
    look_wait: timedelta,
) -> datetime:
    """Recover one batch. Gives when it wants to run next."""
    async with db.transaction():
        cursor = await db.execute(
            statement("recover", "open"), {"now": now, "limit": BATCH}, prepare=True
        )
        found = await cursor.fetchall()
        if not found:
            return now + IDLE
        await act_for(db, sorted({row[0] for row in found}))
        cursor = await db.execute(statement("recover", "doubts"), {"ids": [r[1] for r in found]})
        doubts = [Doubt(*row) for row in await cursor.fetchall()]
        heard = [d for d in doubts if d.outcome == Outcome.ACCEPTED]
        for doubt in heard:
            await _conclude(db, now, chance, doubt, Conclusion(Status.SENT, doubt.ref))
        doubts = [d for d in doubts if d.outcome != Outcome.ACCEPTED]
        fresh = [d for d in doubts if d.uncertain_since is None]
        for doubt in fresh:
            if not carrier_for(doubt.carrier).at_most_once:
                await _conclude(db, now, chance, doubt, Conclusion(Status.PLANNED))
        careful = [d.id for d in fresh if carrier_for(d.carrier).at_most_once]
        if careful:
            await db.execute(
                statement("recover", "begin_doubt"),
                {"ids": careful, "now": now, "look_at": now + look_wait},
            )
        waiting = [d for d in doubts if d.uncertain_since is not None]
        # Who has waited longest first: a carrier that does not answer holds up no other for long.
        due = sorted(waiting, key=lambda d: (d.look_at or now, d.id))[:LOOKS_A_STEP]
        if due:
            await db.execute(
                statement("recover", "looking"),
                {"ids": [d.id for d in due], "until": now + LOOK_TIMEOUT},
            )
    for doubt in due:
        await _look(db, now, chance, doubt, carrier_for(doubt.carrier), vault, look_wait)
    return now


async def _look(
    db: AsyncConnection[Any],
    now: datetime,
    chance: Random,
    doubt: Doubt,
    carrier: Carrier,
    vault: Vault,
    look_wait: timedelta,
) -> None:
    since = doubt.since - BEFORE
    async with db.transaction():
        cursor = await db.execute(
            statement("recover", "known"),
            {"line": doubt.line_id, "address": doubt.address, "since": since - timedelta(days=1)},
        )
        known = frozenset(row[0] for row in await cursor.fetchall())
    account = vault.account(
        doubt.line_id, doubt.line_address or doubt.practice_email, doubt.line_settings
    )
    counts = 1
    try:
        sightings = await carrier.look_up(account, doubt.address, since, known)
        end = conclusion(sightings, doubt.looks)
    except LookupFailed as failure:
        end = Conclusion(Status.NEEDS_PERSON if failure.permanent else None)
        counts = 0
    async with db.transaction():
        await act_for(db, [doubt.practice_id])
        if end.status is None:
            await db.execute(
                statement("recover", "look_again"),
                {"id": doubt.id, "at": now + look_wait, "counts": counts},
            )
        else:
            await _conclude(db, now, chance, doubt, end)


async def _conclude(
    db: AsyncConnection[Any], now: datetime, chance: Random, doubt: Doubt, end: Conclusion
) -> None:
    again = end.status is Status.PLANNED
    outcome = Outcome.NOT_SENT if again else Outcome.ACCEPTED
    if end.status is Status.NEEDS_PERSON:
        outcome = Outcome.UNCERTAIN
    await db.execute(
        statement("recover", "conclude"),
        {
            "id": doubt.id,
            "status": end.status,
            "hold": "retrying" if again else "",
            "due_at": now + AGAIN_SOON * chance.random() if again else None,
            "outcome": outcome.value,
            "ref": end.ref,
            "now": now,
        },
    )
