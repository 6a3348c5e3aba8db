"""The one loop: calls each step when it wants to run, and moves letters from arm to settle.

Whatever decides is in the steps; this module sleeps, keeps connections, and holds many letters in
flight. It may be killed at any moment: all it knows is on disk.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg

from carepost.ground import clock, ids
from carepost.messaging.carrier import Answer, Outcome
from carepost.messaging.inbound import receipts
from carepost.messaging.outbound import arm, expire, plan, recover, settle
from carepost.messaging.outbound.connection import connect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

    from carepost.messaging.carrier import Carrier
    from carepost.messaging.outbound.arm import Armoury
    from carepost.messaging.outbound.armed import Armed

    Step = Callable[[AsyncConnection[Any], datetime, Random], Awaitable[datetime]]

log = logging.getLogger(__name__)

BATCH = 500
IN_FLIGHT = 600
LINGER_SECONDS = 0.02
IDLE_SECONDS = 0.1
BEAT = timedelta(seconds=3)
AFTER_TROUBLE_SECONDS = 0.5


@dataclass(slots=True)
class Worker:
    """One worker process. `carrier_for` gives adapters by name; `look_wait` parts two looks."""

    dsn: str
    armoury: Armoury
    carrier_for: Callable[[str], Carrier]
    look_wait: timedelta
    chance: Random
    id: UUID = field(default_factory=ids.fresh)
    ready: deque[Armed] = field(default_factory=deque)
    answers: list[settle.Answered] = field(default_factory=list)
    flying: set[asyncio.Task[None]] = field(default_factory=set)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then settle what is in flight."""
        steps: dict[str, Step] = {
            "plan": plan.step,
            "receipts": receipts.step,
            "recover": partial(
                recover.step,
                carrier_for=self.carrier_for,
                vault=self.armoury.vault,
                look_wait=self.look_wait,
            ),
            "expire": expire.step,
            "beat": self._beat,
        }
        loops = [
            asyncio.create_task(self._with_connection(name, stop, partial(self._repeat, step)))
            for name, step in steps.items()
        ]
        arming = asyncio.create_task(self._with_connection("arm", stop, self._arm))
        over = asyncio.Event()
        settling = asyncio.create_task(self._with_connection("settle", over, self._settle))
        await stop.wait()
        await asyncio.gather(arming, *loops)
        if self.flying:
            await asyncio.wait(self.flying, timeout=25)
        over.set()
        self.answered.set()
        await settling

    async def _with_connection(
        self,
        name: str,
        stop: asyncio.Event,
        work: Callable[[AsyncConnection[Any], asyncio.Event], Awaitable[None]],
    ) -> None:
        """Keep a connection for a loop; when it breaks, or a step fails, begin again."""
        while not stop.is_set():
            try:
                async with await connect(self.dsn) as db:
                    await work(db, stop)
            except psycopg.OperationalError:
                log.warning("%s: the database is away; trying again", name)
            except Exception as error:  # a loop that ends is a clinic that goes silent
                # The type only: an exception's text may hold what a message says.
                log.error(
                    "%s: %s; beginning again", name, type(error).__name__, exc_info=_place(error)
                )
            if not stop.is_set():
                await asyncio.sleep(AFTER_TROUBLE_SECONDS)

    async def _repeat(self, step: Step, db: AsyncConnection[Any], stop: asyncio.Event) -> None:
        while not stop.is_set():
            now = clock.now()
            wait = (await step(db, now, self.chance) - now).total_seconds()
            await _sleep(stop, max(wait, 0))

    async def _arm(self, db: AsyncConnection[Any], stop: asyncio.Event) -> None:
        while not stop.is_set():
            armed = await arm.step(db, clock.now(), self.chance, self.armoury, BATCH)
            for letter in armed:
                if len(self.flying) >= IN_FLIGHT:
                    self.room.clear()
                    await self.room.wait()
                task = asyncio.create_task(self._send(letter))
                self.flying.add(task)
                task.add_done_callback(self._landed)
            if len(armed) < BATCH // 4:
                await _sleep(stop, IDLE_SECONDS if not armed else LINGER_SECONDS)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self.flying.discard(task)
        self.room.set()

    async def _send(self, armed: Armed) -> None:
        carrier = self.carrier_for(armed.carrier)
        try:
            answer = await carrier.hand_over(armed.account, armed.letter, clock.now())
        except Exception as error:  # an adapter's bug: whether the letter left is not known
            log.error("%s: %s", armed.carrier, type(error).__name__, exc_info=_place(error))
            answer = Answer(Outcome.UNCERTAIN, words="The adapter failed.")
        self.answers.append(settle.Answered(armed, answer, carrier.at_most_once))
        self.answered.set()

    async def _settle(self, db: AsyncConnection[Any], over: asyncio.Event) -> None:
        while not over.is_set() or self.answers:
            await self.answered.wait()
            await asyncio.sleep(LINGER_SECONDS)
            self.answered.clear()
            if not self.answers:
                continue
            batch, self.answers = self.answers[:2000], self.answers[2000:]
            try:
                await settle.step(db, clock.now(), self.chance, batch, self.look_wait)
            except BaseException:
                self.answers = [*batch, *self.answers]  # the database is away: keep them
                self.answered.set()
                raise
            if self.answers:
                self.answered.set()

    async def _beat(self, db: AsyncConnection[Any], now: datetime, chance: Random) -> datetime:
        await db.execute(
            "INSERT INTO messaging_workerbeat (id, at) VALUES (%(id)s, %(now)s) "
            "ON CONFLICT (id) DO UPDATE SET at = %(now)s",
            {"id": self.id, "now": now},
        )
        await db.execute(
            "DELETE FROM messaging_workerbeat WHERE at < %(old)s",
            {"old": now - timedelta(hours=1)},
        )
        return now + BEAT


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _place(error: BaseException) -> Any:
    """Where an error came from, without its text. `Any`: logging's own loose type."""
    bare = RuntimeError(type(error).__name__)
    return (RuntimeError, bare, error.__traceback__)


async def work(dsn: str, *, stop: asyncio.Event) -> None:
    """Run one worker by the installation's settings until `stop` is set."""
    import random
    import secrets

    from django.conf import settings
    from django.utils.module_loading import import_string

    from carepost.messaging.outbound.arm import Armoury
    from carepost.messaging.outbound.vault import Vault

    gc.freeze()  # what was imported stays: no collection need walk it again
    gc.set_threshold(20_000, 20, 50)
    carriers = {name: import_string(path)() for name, path in settings.CAREPOST_CARRIERS.items()}
    worker = Worker(
        dsn=dsn,
        armoury=Armoury(
            Vault(settings.KEY_RING),
            settings.CAREPOST_BASE_URL,
            lease=timedelta(seconds=settings.CAREPOST_LEASE),
        ),
        carrier_for=carriers.__getitem__,
        look_wait=timedelta(seconds=settings.CAREPOST_LOOKUP_WAIT),
        chance=random.Random(secrets.randbits(256)),  # noqa: S311 -- jitter and ids, no secrets
    )
    try:
        await worker.run(stop)
    finally:
        for carrier in carriers.values():
            await carrier.close()
