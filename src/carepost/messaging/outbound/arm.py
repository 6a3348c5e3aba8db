"""ARM: the point of no return. One transaction, set-based, a second at most.

1. Lock what is due, fairly, no more than each line may send (the door `door_due`).
2. Read the facts, in one statement begun after the locks: what was committed before it is honoured.
3. Ask the gates; compose what passes. Both are pure.
4. Write attempts and flights, and what the gates declined; commit.

After the commit a message counts as sent. Its attempt is on disk before any carrier is called.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from carepost.credit.meter import Unmetered
from carepost.ground import ids
from carepost.ground.sealing import SealingError
from carepost.messaging.carrier import Channel, Letter
from carepost.messaging.outbound.arm_row import Row, about_of, case_of, kept_of
from carepost.messaging.outbound.armed import Armed
from carepost.messaging.outbound.compose import CannotCompose, Words, as_set, compose
from carepost.messaging.outbound.gates import (
    GATES,
    Case,
    Verdict,
    pass_everything,
    pass_through,
    still_meant,
)
from carepost.messaging.outbound.plan import act_for
from carepost.messaging.outbound.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

    from carepost.credit.meter import Meter
    from carepost.messaging.outbound.vault import Vault

_WRITTEN = (
    "attempt_id", "practice_id", "message_id", "use_id", "line_id", "point_id", "address",
    "sealed", "number", "trace",
)  # fmt: skip
LEASE = timedelta(seconds=60)
"""How long an attempt may stay open: beyond a carrier's longest answer. Then it is in doubt."""


@dataclass(frozen=True, slots=True)
class Armoury:
    """What arming needs besides facts: keys and accounts, and where callbacks reach us."""

    vault: Vault
    base_url: str
    gates: Any = GATES  # the simulation plants a missing gate here
    meter: Meter = field(default_factory=Unmetered)
    lease: timedelta = LEASE


async def step(
    db: AsyncConnection[Any], now: datetime, chance: Random, armoury: Armoury, room: int
) -> list[Armed]:
    """Arm what is due, at most `room` messages. Empty: nothing was due."""
    async with db.transaction():
        cursor = await db.execute(
            statement("arm", "due"), {"now": now, "room": room}, prepare=True, binary=True
        )
        due = await cursor.fetchall()
        if not due:
            return []
        await act_for(db, sorted({row[0] for row in due}))
        cursor = await db.execute(
            statement("arm", "facts"), {"ids": [row[1] for row in due]}, prepare=True, binary=True
        )
        batch = _Batch(now, chance, armoury)
        for rows in _by_message(Row(*row) for row in await cursor.fetchall()):
            batch.consider(rows)
        await batch.decline(db)
        return await batch.write(db)


def _by_message(rows: Iterable[Row]) -> Iterable[list[Row]]:
    groups: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.id].append(row)
    return groups.values()


class _Batch:
    """Decisions of one transaction, gathered so that they are written in two statements."""

    def __init__(self, now: datetime, chance: Random, armoury: Armoury) -> None:
        self.now, self.chance, self.armoury = now, chance, armoury
        self.armed: list[Armed] = []
        self.written: list[tuple[Any, ...]] = []
        # Most pass every gate: their traces differ by nothing.
        self.passed = self._trace_text(pass_everything(armoury.gates), {})
        self.declined: defaultdict[str, list[Any]] = defaultdict(list)

    def consider(self, rows: list[Row]) -> None:
        row, case = rows[0], case_of(rows)
        verdict, answers = pass_through(case, self.now, self.armoury.gates)
        if verdict.move == "pass":
            try:
                words = self._words(rows, case)
            except (CannotCompose, SealingError):
                verdict = Verdict("hold", "wording")
                answers.append({"gate": "wording", "ok": False, "code": "wording"})
            else:
                if self.armoury.meter.covers(row.practice_id, row.channel, words.text):
                    self._arm(row, words, answers)
                    return
                verdict = Verdict("hold", "no_credit")
                answers.append({"gate": "credit", "ok": False, "code": "no_credit"})
        self._decline(row, verdict, answers)

    def _words(self, rows: list[Row], case: Case) -> Words:
        row = rows[0]
        if row.sealed_words is not None:
            subject, text = self.armoury.vault.words(row)
            return as_set(row.channel, row.client_language or row.language, subject, text)
        return compose(about_of(rows, {v.id for v in still_meant(case, self.now)}), self.now)

    def _arm(self, row: Row, words: Words, answers: list[dict[str, Any]]) -> None:
        attempt_id = ids.new(self.now, self.chance)
        account = self.armoury.vault.account(
            row.line_id, row.line_address or row.practice_email, row.line_settings
        )
        said = orjson.dumps({"subject": words.subject, "text": words.text})
        self.written.append(
            (
                attempt_id,
                row.practice_id,
                row.id,
                row.use_id,
                row.line_id,
                row.point_id,
                row.address,
                self.armoury.vault.seal(row, said, attempt_id),
                row.tries + 1,
                self._trace(row, answers) if row.trace else self.passed,
            )
        )
        letter = Letter(
            attempt_id=attempt_id,
            channel=Channel(row.channel),
            to=row.address,
            text=words.text,
            deadline=self.now + self.armoury.lease,
            callback_url=f"{self.armoury.base_url}/hooks/{row.carrier}/{row.line_id}/{attempt_id}",
            subject=words.subject,
            html=words.html,
            from_name=row.practice_name,
            message_id=f"<{row.id}@{account.address.partition('@')[2] or 'carepost.invalid'}>",
        )
        self.armed.append(
            Armed(
                practice_id=row.practice_id,
                message_id=row.id,
                carrier=row.carrier,
                account=account,
                letter=letter,
                number=row.tries + 1,
                expires_at=row.expires_at,
            )
        )

    def _decline(self, row: Row, verdict: Verdict, answers: list[dict[str, Any]]) -> None:
        status = {"wait": "planned", "hold": "held", "drop": "dropped", "expire": "expired"}
        waits = verdict.move in ("wait", "hold")
        for name, value in (
            ("id", row.id),
            ("status", status[verdict.move]),
            ("hold", verdict.code if waits else ""),
            ("drop", verdict.code if verdict.move == "drop" else ""),
            ("due_at", verdict.until or row.due_at),
            ("trace", self._trace(row, answers)),
        ):
            self.declined[name].append(value)

    def _trace(self, row: Row, answers: list[dict[str, Any]]) -> str:
        return self._trace_text(answers, kept_of(row.trace or {}))

    def _trace_text(self, answers: list[dict[str, Any]], kept: dict[str, Any]) -> str:
        return orjson.dumps({"at": self.now.isoformat(), "gates": answers, **kept}).decode()

    async def decline(self, db: AsyncConnection[Any]) -> None:
        if self.declined:
            await db.execute(statement("arm", "decline"), self.declined | {"now": self.now})

    async def write(self, db: AsyncConnection[Any]) -> list[Armed]:
        """What was armed: all but those whose address came into flight meanwhile."""
        if not self.armed:
            return []
        cursor = await db.execute(
            statement("arm", "write"),
            dict(zip(_WRITTEN, map(list, zip(*self.written, strict=True)), strict=True))
            | {"now": self.now, "lease": self.now + self.armoury.lease},
            prepare=True,
        )
        going = {row[0] for row in await cursor.fetchall()}
        return [a for a in self.armed if a.letter.attempt_id in going]
