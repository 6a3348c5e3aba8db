"""SETTLE: the carriers' answers become statuses, many in one statement.

Whoever takes an attempt's row out of `in_flight` settles it; an answer that comes after another
did (a receipt overtook it, recovery asked the carrier) changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from carepost.ground import ids
from carepost.messaging.carrier import Blame, Outcome
from carepost.messaging.outbound.plan import act_for, touch
from carepost.messaging.outbound.settlement import settlement
from carepost.messaging.outbound.statements import statement
from carepost.messaging.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

    from carepost.messaging.carrier import Answer
    from carepost.messaging.outbound.armed import Armed


class Answered(NamedTuple):
    """An attempt and what its carrier answered."""

    armed: Armed
    answer: Answer
    at_most_once: bool


async def step(
    db: AsyncConnection[Any],
    now: datetime,
    chance: Random,
    answers: Sequence[Answered],
    look_wait: timedelta,
) -> None:
    """Settle these answers in one transaction. `look_wait`: until a doubt is looked into."""
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    pauses: dict[UUID, tuple[datetime, str]] = {}
    for armed, answer, at_most_once in answers:
        settled = settlement(
            answer,
            tries=armed.number,
            expires_at=armed.expires_at,
            at_most_once=at_most_once,
            now=now,
            chance=chance,
        )
        for name, value in (
            ("attempt_id", armed.letter.attempt_id),
            ("message_id", armed.message_id),
            ("status", settled.status.value),
            ("hold", "retrying" if settled.status is Status.PLANNED else ""),
            ("due_at", settled.due_at),
            ("outcome", answer.outcome.value),
            ("ref", answer.ref),
            ("code", answer.code[:20]),
            ("words", answer.words[:500]),
            ("doubt", settled.status is Status.UNCERTAIN),
        ):
            columns[name].append(value)
        if settled.pause is not None:
            pauses[armed.account.line_id] = (settled.pause, answer.words[:500])
    async with db.transaction():
        await act_for(db, sorted({a.armed.practice_id for a in answers}))
        await db.execute(
            statement("settle", "settle"),
            columns | {"now": now, "look_at": now + look_wait},
            prepare=True,
        )
        await _tell_lines(db, answers, pauses)
        await blame(
            db,
            now,
            chance,
            [
                (
                    a.armed.practice_id,
                    a.armed.letter.channel.value,
                    a.armed.letter.to,
                    a.answer.blame,
                )
                for a in answers
                if a.answer.outcome is Outcome.REFUSED and a.answer.blame
            ],
        )


async def _tell_lines(
    db: AsyncConnection[Any],
    answers: Sequence[Answered],
    pauses: dict[UUID, tuple[datetime, str]],
) -> None:
    """A line in trouble waits, and no other does; one that works again says so no more."""
    if pauses:
        lines = sorted(pauses)
        await db.execute(
            statement("settle", "pause_lines"),
            {
                "line_id": lines,
                "until": [pauses[line][0] for line in lines],
                "words": [pauses[line][1] for line in lines],
            },
        )
    works = {a.armed.account.line_id for a in answers if a.answer.outcome is Outcome.ACCEPTED}
    if works - set(pauses):
        await db.execute(
            statement("settle", "ease_lines"), {"lines": sorted(works - set(pauses))}, prepare=True
        )


async def blame(
    db: AsyncConnection[Any],
    now: datetime,
    chance: Random,
    blamed: Sequence[tuple[UUID, str, str, Blame | None]],
) -> None:
    """Keep what a carrier said of addresses: (practice, channel, address, blame) of refusals."""
    stops = [b for b in blamed if b[3] is Blame.STOPPED]
    wrong = [b for b in blamed if b[3] is Blame.ADDRESS]
    if stops:
        await db.execute(
            statement("settle", "stop"),
            {
                "id": [ids.new(now, chance) for _ in stops],
                "practice_id": [b[0] for b in stops],
                "channel": [b[1] for b in stops],
                "address": [b[2] for b in stops],
                "now": now,
            },
        )
    if wrong:
        columns = {"practice_id": [b[0] for b in wrong], "address": [b[2] for b in wrong]}
        await db.execute(statement("settle", "invalid"), columns | {"now": now})
    if stops or wrong:
        touched = [*stops, *wrong]
        cursor = await db.execute(
            statement("settle", "reached"),
            {"practice_id": [b[0] for b in touched], "address": [b[2] for b in touched]},
        )
        await touch(db, await cursor.fetchall(), now, chance)
