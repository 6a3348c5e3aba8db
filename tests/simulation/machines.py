"""Virtual workers: the engine's own steps, over connections that break where the seed says.

A machine crashes at any statement, on both sides of every COMMIT and of every call of the port.
What it held in memory (letters armed, answers not settled) is lost with it.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from psycopg import AsyncConnection, errors, waiting

from carepost.messaging.inbound import receipts
from carepost.messaging.outbound import arm, expire, plan, recover, settle
from carepost.messaging.outbound.statements import statement
from tests.simulation.carrier import LOOK_WAIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from random import Random

    from carepost.messaging.outbound.armed import Armed
    from tests.simulation.run import Simulation

MID_STATEMENT, AT_COMMIT, AT_PORT = 0.001, 0.008, 0.05
"""How likely a crash is at each such point."""


class Crash(Exception):
    """The machine is gone."""


class Wire(AsyncConnection[Any]):
    """A connection on which its machine may crash."""

    machine: Machine

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait where it stands: nothing else runs meanwhile, and the loop would cost time."""
        return waiting.wait(gen, self.pgconn.socket, interval=interval, timeout=timeout)

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        await self.machine.before(query, params)
        return await super().execute(query, params, **options)

    @asynccontextmanager
    async def transaction(self, *args: Any, **options: Any) -> AsyncIterator[Any]:
        async with super().transaction(*args, **options) as transaction:
            yield transaction
            self.machine.point(self.machine.at_commit)
        self.machine.commits += 1
        self.machine.point(self.machine.at_commit)


class Machine:
    """One worker. `life` counts its starts: what was begun in an earlier one is void."""

    def __init__(self, sim: Simulation, number: int, chance: Random) -> None:
        self.sim, self.number, self.chance = sim, number, chance
        self.life, self.up, self.commits = 0, False, 0
        self.answers: list[settle.Answered] = []
        self.read_index = 0
        self.busy = False
        self.at_commit = AT_COMMIT
        self.db: Wire

    async def start(self) -> None:
        self.db = await Wire.connect(self.sim.app_dsn, autocommit=True)
        self.db.machine = self
        await AsyncConnection.execute(self.db, "SET lock_timeout = '40ms'")
        self.up = True

    def point(self, likely: float) -> None:
        """Somewhere a machine may crash."""
        if self.sim.rough and self.chance.random() < likely:
            raise Crash

    async def before(self, query: Any, params: Any) -> None:
        """What may happen between two statements: a crash, or somebody else's doing."""
        sim = self.sim
        if sim.rough:
            self.point(MID_STATEMENT)
            if query == statement("arm", "facts") and self.chance.random() < 0.2:
                await sim.meanwhile(self, params["ids"], [])
            elif query == statement("arm", "write") and self.chance.random() < 0.1:
                await sim.meanwhile(self, params["message_id"], [])
            elif query == statement("plan", "practices") and self.chance.random() < 0.04:
                await sim.meanwhile(self, [], params["clients"])
        if query in (statement("arm", "due"), statement("arm", "facts")):
            # Whatever had happened when the last of the two began must be honoured.
            self.read_index = sim.world.history.index

    async def perform(self, name: str) -> None:
        """Run one step of the engine, and whatever comes of it."""
        sim, before = self.sim, self.commits
        self.busy = True
        # Around these two lie the point of no return and its end.
        self.at_commit = AT_COMMIT * (4 if name in ("arm", "settle") else 1)
        sim.performing = self
        try:
            await getattr(self, f"_{name}")()
        except Crash:
            sim.note(f"machine {self.number} crashed in {name}")
            await self._crash()
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            sim.note(f"machine {self.number} gave way in {name}")
        except errors.IntegrityError as error:  # the last guard, which nothing should come to
            sim.fail("refused by the database", f"{name}: {error}")
        except Exception as error:
            sim.fail("a step failed", f"{name}: {type(error).__name__}: {error}")
            if self.db.closed:
                await self._crash()
        finally:
            self.busy = False
            if self.commits > before:
                sim.committed(self, name)

    async def _plan(self) -> None:
        await plan.step(self.db, self.sim.clock(), self.chance)

    async def _arm(self) -> None:
        life = self.life
        armed = await arm.step(
            self.db, self.sim.clock(), self.chance, self.sim.armoury, self.chance.choice([3, 100])
        )
        self.sim.idle_arm = not armed
        for letter in armed:
            self.sim.checks.armed(letter)
            wait = self.chance.random() * 2
            if self.sim.rough and self.chance.random() < 0.06:
                wait = self.chance.uniform(10, 90)  # a full queue, or a machine that hangs
            self.sim.later(wait, self.post, life, letter)

    async def _receipts(self) -> None:
        self.sim.reading = list(self.sim.blames)
        await receipts.step(self.db, self.sim.clock(), self.chance)

    async def _recover(self) -> None:
        await recover.step(
            self.db, self.sim.clock(), self.chance, self.sim.carriers.__getitem__,
            self.sim.armoury.vault, LOOK_WAIT,
        )  # fmt: skip

    async def _expire(self) -> None:
        await expire.step(self.db, self.sim.clock(), self.chance)

    async def _settle(self) -> None:
        batch = self.answers
        if batch:
            self.sim.settling = batch
            await settle.step(self.db, self.sim.clock(), self.chance, batch, LOOK_WAIT)
            self.answers = []

    def post(self, life: int, armed: Armed) -> None:
        """Hand one letter over; its answer comes later, if this life is still lived then."""
        if life == self.life:
            self.sim.loop.run_until_complete(self._post(life, armed))

    async def _post(self, life: int, armed: Armed) -> None:
        carrier = self.sim.carriers[armed.carrier]
        try:
            self.point(AT_PORT)
            now = self.sim.clock()
            self.sim.counts["too late"] += now >= armed.letter.deadline
            answer = await carrier.hand_over(armed.account, armed.letter, now)
            self.sim.note(f"post {armed.letter.attempt_id} {answer.outcome} {answer.ref}")
            self.point(AT_PORT)
        except Crash:
            self.sim.note(f"machine {self.number} crashed at the port")
            await self._crash()
            return
        answered = settle.Answered(armed, answer, carrier.at_most_once)
        self.sim.later(carrier.delay.total_seconds(), self._answered, life, answered)

    def _answered(self, life: int, answered: settle.Answered) -> None:
        if life == self.life:
            if not self.answers:
                self.sim.later(self.chance.random() * 1.5, self._settle_soon, life)
            self.answers.append(answered)

    def _settle_soon(self, life: int) -> None:
        if life == self.life:
            self.sim.perform(self, "settle")
            if self.answers and life == self.life:  # it gave way
                self.sim.later(1, self._settle_soon, life)

    async def _crash(self) -> None:
        self.life += 1
        self.up = False
        self.answers = []
        await self.db.close()
        self.sim.later(self.chance.choice([1, 5, 30, 150]), self._restart, self.life)

    def _restart(self, life: int) -> None:
        if life == self.life and not self.up:
            self.sim.loop.run_until_complete(self.start())
            self.sim.note(f"machine {self.number} is back")
