"""The engine driven by hand: steps in order, a clock that stands still, a carrier in memory."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from carepost.messaging.carrier import (
    Account,
    Answer,
    Channel,
    Checkup,
    Letter,
    LookupFailed,
    Outcome,
    Receipt,
    Sighting,
)
from carepost.messaging.outbound import arm, expire, plan, recover, settle
from carepost.messaging.outbound.arm import Armoury
from carepost.messaging.outbound.connection import connect
from carepost.messaging.outbound.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from carepost.config.database import Database
    from carepost.messaging.outbound.armed import Armed

LOOK_WAIT = timedelta(seconds=30)


@dataclass
class MemoryCarrier:
    """Takes everything and remembers it, unless told what to answer."""

    name: str = "memory"
    channels: frozenset[Channel] = frozenset(Channel)
    at_most_once: bool = True
    taken: list[Letter] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    listed: list[Sighting] = field(default_factory=list)
    cannot_be_asked: bool = False

    async def hand_over(self, account: Account, letter: Letter, now: datetime) -> Answer:
        if self.answers:
            answer = self.answers.pop(0)
            if answer.outcome is Outcome.ACCEPTED:
                self.taken.append(letter)
            return answer
        self.taken.append(letter)
        return Answer(Outcome.ACCEPTED, ref=f"SM{len(self.taken)}")

    async def look_up(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> Sequence[Sighting]:
        if self.cannot_be_asked:
            raise LookupFailed("the carrier is away")
        return [s for s in self.listed if s.ref not in known]

    def read_callback(
        self, account: Account, url: str, headers: Mapping[str, str], body: bytes
    ) -> Receipt:
        raise ValueError("not by this carrier")

    async def check(self, account: Account) -> Checkup:
        return Checkup(True)

    async def close(self) -> None:
        """Nothing is kept."""


@dataclass
class Engine:
    """Steps over one connection as the app role. `now` moves only when a test moves it."""

    db: psycopg.AsyncConnection[Any]
    now: datetime
    carrier: MemoryCarrier = field(default_factory=MemoryCarrier)
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    @classmethod
    async def connect(cls, database: Database, now: datetime) -> Engine:
        db = await connect(database.app)
        return cls(db, now)

    @property
    def armoury(self) -> Armoury:
        return Armoury(Vault(settings.KEY_RING), "https://carepost.test")

    async def plan(self) -> None:
        while await plan.step(self.db, self.now, self.chance) <= self.now:
            pass

    async def arm(self, room: int = 100) -> list[Armed]:
        return await arm.step(self.db, self.now, self.chance, self.armoury, room)

    async def send(self, armed: list[Armed]) -> list[settle.Answered]:
        return [
            settle.Answered(
                a,
                await self.carrier.hand_over(a.account, a.letter, self.now),
                self.carrier.at_most_once,
            )
            for a in armed
        ]

    async def settle(self, answers: list[settle.Answered]) -> None:
        if answers:
            await settle.step(self.db, self.now, self.chance, answers, LOOK_WAIT)

    async def deliver(self) -> list[Letter]:
        """Plan, arm, send and settle what is due; the letters the carrier took."""
        before = len(self.carrier.taken)
        await self.plan()
        await self.settle(await self.send(await self.arm()))
        return self.carrier.taken[before:]

    async def recover(self) -> None:
        await recover.step(
            self.db, self.now, self.chance, lambda _: self.carrier, self.armoury.vault, LOOK_WAIT
        )

    async def expire(self) -> None:
        await expire.step(self.db, self.now, self.chance)

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)
