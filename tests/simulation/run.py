"""One run: a seed's world, carriers and machines, from event to event."""

from __future__ import annotations

import asyncio
import heapq
import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from carepost.messaging.carrier import Blame, Channel, Outcome, Receipt
from carepost.messaging.outbound.arm import Armoury
from carepost.messaging.outbound.gates import GATES
from carepost.messaging.outbound.vault import Vault
from carepost.practice.tenancy import acting_for
from tests.simulation import building, database
from tests.simulation.carrier import SimCarrier
from tests.simulation.checks import Checks
from tests.simulation.machines import AT_PORT, Machine
from tests.simulation.virtual import virtual
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    import psycopg

DAY = timedelta(days=1)
STEPS = ("plan", "arm", "receipts", "recover", "expire")

_WAKES = """
SELECT (SELECT min(touched_at) FROM practice_replan),
  (SELECT min(greatest(m.due_at, coalesce(l.paused_until, m.due_at)))
   FROM messaging_message m JOIN messaging_lane n ON n.id = m.lane_id
   JOIN messaging_line l ON l.id = n.line_id WHERE m.status = 'planned'),
  (SELECT min(at) FROM messaging_receipt WHERE applied_at IS NULL),
  (SELECT min(coalesce(look_at, lease_until)) FROM messaging_inflight),
  (SELECT min(at) FROM (
     SELECT min(expires_at) AS at FROM messaging_message WHERE status IN ('planned', 'held')
     UNION ALL SELECT min(sent_at) + interval '3 days' FROM messaging_message
     WHERE status = 'sent') x)
"""


@dataclass(frozen=True)
class Size:
    """How much is simulated."""

    practices: int = 5
    clients: int = 6
    days: float = 14
    machines: int = 3
    doings: float = 3.0  # of people and staff, a practice and day


class Broken(Exception):
    """A promise was broken: stop at the first one where that is asked for."""


class Simulation:
    """Built for one seed over an empty database; `run` it once."""

    def __init__(
        self, watch: psycopg.Connection, app_dsn: str, seed: int, size: Size, gates: Any = GATES
    ) -> None:
        self.watch, self.app_dsn, self.seed, self.size, self.gates = (
            watch, app_dsn, seed, size, gates,
        )  # fmt: skip
        self.chance = Random(f"{seed} sim")
        self.rough, self.stop_at_first = True, False
        self.failures: list[tuple[str, str]] = []
        self.counts: Counter[str] = Counter()
        self._digest = sha256()
        self.trace: list[str] | None = None
        self._queue: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()
        self._wake: dict[str, datetime] = {}
        self.idle_arm = False
        self.blames: list[tuple[UUID, Receipt, str]] = []
        self.reading: list[tuple[UUID, Receipt, str]] = []
        self.settling: list[Any] = []
        self.performing: Machine | None = None

    # --- telling ------------------------------------------------------------------------------

    def note(self, what: str) -> None:
        """Add a line to the trace; the same seed gives the same trace."""
        line = f"{self.clock().isoformat()} {what}"
        self._digest.update(line.encode())
        if self.trace is not None:
            self.trace.append(line)

    def fail(self, check: str, detail: str) -> None:
        """A promise was broken."""
        self.failures.append((check, f"{self.clock().isoformat()} {detail}"))
        self.note(f"FAILED {check}: {detail}")
        if self.stop_at_first:
            raise Broken

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    # --- time ---------------------------------------------------------------------------------

    def at(self, when: datetime, what: Callable[..., None], *given: Any) -> None:
        """Let something happen at a time."""
        heapq.heappush(self._queue, (when, next(self._order), what, given))

    def later(self, seconds: float, what: Callable[..., None], *given: Any) -> None:
        self.at(self.clock() + timedelta(seconds=seconds), what, *given)

    def run(self) -> Simulation:
        """The whole run. What broke is in `failures`."""
        start = self.chance.choice(building.STARTS)
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # people act while a step awaits
        with virtual(start, Random(f"{self.seed} ids")) as self.clock, asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            try:
                self._prepare()
                self._live(start + DAY * self.size.days)
            except Broken:
                pass
            finally:
                for machine in self.machines:
                    if machine.up:
                        self.loop.run_until_complete(machine.db.close())
                connection.close()
                del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        return self

    def _prepare(self) -> None:
        database.empty(self.watch)
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '40ms'")
        self.armoury = Armoury(Vault(settings.KEY_RING), "https://carepost.test", self.gates)
        self.world = World(Random(f"{self.seed} world"), self.clock, self.note)
        self.carriers = {
            name: SimCarrier(name, channel, Random(f"{self.seed} {name}"), self.clock, self._hear)
            for name, channel in (("twilio", Channel.SMS), ("smtp", Channel.EMAIL))
        }
        self.machines = [
            Machine(self, n, Random(f"{self.seed} machine {n}")) for n in range(self.size.machines)
        ]
        for machine in self.machines:
            self.loop.run_until_complete(machine.start())
        self.checks = Checks(self)
        for carrier in self.carriers.values():
            carrier.posting = self.checks.at_the_port
            carrier.to_look = self._crash_at_look
        self.world.build(self.size.practices, self.size.clients)
        addresses = sorted(
            {
                p.value
                for practice in self.world.history.practices
                for c in self.world.history.now(practice).clients.values()
                for p in c.points
            }
        )
        for carrier in self.carriers.values():
            carrier.nobody = set(self.chance.sample(addresses, len(addresses) // 20))
            carrier.opted_out = set(self.chance.sample(addresses, len(addresses) // 25))

    def _live(self, end: datetime) -> None:
        day = self.clock()
        while day < end:
            for practice in self.world.history.practices:
                for _ in range(self._some(self.size.doings)):
                    hour = self.chance.triangular(0, 24, 14)
                    self.at(day + timedelta(hours=hour), self._somebody, practice)
            day += DAY
            self.at(day - timedelta(hours=self.chance.uniform(0, 12)), self.checks.daily)
        self._look_ahead()
        self._until(end)
        # Nobody acts any more and nothing breaks: what is open is to close.
        self.rough = False
        for carrier in self.carriers.values():
            carrier.healthy = True
        self._until(end + timedelta(hours=6))
        self.checks.daily()
        self.checks.at_the_end()

    def _some(self, mean: float) -> int:
        return int(mean) + (self.chance.random() < mean % 1) + self.chance.choice([-1, 0, 0, 1])

    def _until(self, end: datetime) -> None:
        while self._queue and self._queue[0][0] <= end:
            when, _, what, given = heapq.heappop(self._queue)
            self.clock.move_to(max(when, self.clock()))
            what(*given)
        self.clock.move_to(end)

    # --- people -------------------------------------------------------------------------------

    def _somebody(self, practice: UUID) -> None:
        state = self.world.history.now(practice)
        if not state.enabled and self.chance.random() < 0.5:
            self.world.enable(practice)
        else:
            self.world.something(practice)
        self.counts["doings"] += 1
        self._look_ahead()

    async def meanwhile(self, busy: Machine, messages: list[UUID], clients: list[UUID]) -> None:
        """While a machine is within a transaction: somebody acts, or another machine does."""
        others = [m for m in self.machines if m.up and not m.busy]
        if others and self.chance.random() < 0.25:
            self.note("meanwhile, another machine")
            await self.chance.choice(others).perform(self.chance.choice(["arm", "plan", "arm"]))
            return
        found = self.watch.execute(
            "SELECT practice_id, client_id FROM messaging_message WHERE id = ANY(%s)"
            " UNION SELECT practice_id, id FROM people_client WHERE id = ANY(%s) ORDER BY 1, 2",
            [list(messages), list(clients)],
        ).fetchall()
        if found:
            self.note("meanwhile")
            self.world.something_to(*self.chance.choice(found))
            self.counts["meanwhile"] += 1

    def _at_the_last_moment(self) -> None:
        """Just before something goes, and unknown to the planner, somebody acts on it."""
        found = self.watch.execute(
            "SELECT practice_id, client_id FROM messaging_message"
            " WHERE status = 'planned' AND due_at <= %s ORDER BY id LIMIT 5",
            [self.clock()],
        ).fetchall()
        if found:
            self.world.something_to(*self.chance.choice(found))
            self.counts["last moment"] += 1

    # --- machines -----------------------------------------------------------------------------

    def perform(self, machine: Machine, name: str) -> None:
        """Run one step on a machine."""
        self.counts[name] += 1
        self.loop.run_until_complete(machine.perform(name))
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Wake a machine when there will be something to do."""
        now = self.clock()
        row = self.watch.execute(_WAKES).fetchone()
        for name, base in zip(STEPS, row or (), strict=True):
            known = self._wake.get(name)
            if base is None or (known is not None and known <= max(base, now)):
                continue
            when = max(base, now)
            self._wake[name] = when
            self.at(when + self._delay(name), self._rise, name, when)

    def _delay(self, name: str) -> timedelta:
        luck = self.chance.random()
        if name == "arm" and self.idle_arm:
            return timedelta(seconds=2 + luck * 18)
        longest = 120 if luck < 0.05 else 15 if name == "plan" else 2
        return timedelta(seconds=self.chance.random() * longest)

    def _rise(self, name: str, when: datetime) -> None:
        if self._wake.get(name) != when:
            return
        up = [m for m in self.machines if m.up]
        if not up:
            self.later(5, self._rise, name, when)
            return
        del self._wake[name]
        if name == "arm" and self.rough and self.chance.random() < 0.12:
            self._at_the_last_moment()
        self.perform(self.chance.choice(up), name)
        if self.rough and self.chance.random() < 0.1:
            up = [m for m in self.machines if m.up]
            if up:
                self.perform(self.chance.choice(up), self.chance.choice(STEPS))

    def committed(self, machine: Machine, name: str) -> None:
        """A step has committed something: learn what became true by it."""
        if name == "settle":
            for armed, answer, _ in self.settling:
                if answer.outcome is Outcome.REFUSED and answer.blame:
                    channel = armed.letter.channel.value
                    self._blame(armed.practice_id, answer.blame, channel, armed.letter.to)
            # Addresses are free again: what waited for them goes at once, as with a real worker.
            self._wake.pop("arm", None)
            self.idle_arm = False
        elif name == "receipts":
            for practice, receipt, address in self.reading:
                self._blame(practice, receipt.blame, "sms", address)
            self.blames = [b for b in self.blames if b not in self.reading]
        self.checks.read_moves(machine, name)

    def _blame(self, practice: UUID, blame: Blame | None, channel: str, address: str) -> None:
        if blame is Blame.STOPPED:
            self.world.stopped_at_carrier(practice, channel, address)
        elif blame is Blame.ADDRESS:
            self.world.nobody_there(practice, address)

    def _crash_at_look(self) -> None:
        if self.performing is not None:
            self.performing.point(AT_PORT)

    # --- receipts -----------------------------------------------------------------------------

    def _hear(self, at: datetime, attempt: UUID, receipt: Receipt) -> None:
        self.at(at, self._receive, attempt, receipt)

    def _receive(self, attempt: UUID, receipt: Receipt) -> None:
        """Store a receipt as the web does."""
        from carepost.messaging.models import Receipt as Stored

        found = self.watch.execute(
            "SELECT practice_id, address FROM messaging_attempt WHERE id = %s", [attempt]
        ).fetchone()
        if found is None:
            self.fail("attempt on disk", f"a receipt came for {attempt}, which is not there")
            return
        practice, address = found
        with acting_for(practice):
            Stored.objects.create(
                practice_id=practice, attempt_id=attempt, at=self.clock(), event=receipt.event,
                carrier_ref=receipt.ref, code=receipt.code, blame=receipt.blame or "",
            )  # fmt: skip
        self.note(f"receipt {attempt} {receipt.event}")
        if receipt.blame:
            self.blames.append((practice, receipt, address))
        self.counts["heard"] += 1
        self._look_ahead()
