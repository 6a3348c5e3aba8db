"""The promises, checked at every step, every day, and at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from carepost.practice import changes
from carepost.practice.tenancy import acting_for
from tests.simulation import arming, outbox
from tests.simulation.arming import LAG
from tests.simulation.coverage import Coverage
from tests.simulation.telling import LEGAL, MOVES, Move, Told

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.carrier import Letter
    from carepost.messaging.outbound.armed import Armed
    from tests.simulation.machines import Machine
    from tests.simulation.run import Simulation

_STUCK = """
SELECT m.status, m.id FROM messaging_message m
LEFT JOIN messaging_inflight f ON f.message_id = m.id
WHERE (m.status = 'planned' AND m.due_at < %(ago)s) OR (m.status = 'sending' AND f.since < %(ago)s)
   OR (m.status IN ('sending', 'uncertain') AND f.id IS NULL)
   OR (m.status = 'uncertain' AND f.uncertain_since < %(ago)s)
"""
_MIXED = """
SELECT count(*) FROM messaging_message m
LEFT JOIN people_client c ON c.id = m.client_id LEFT JOIN messaging_rule r ON r.id = m.rule_id
LEFT JOIN people_contactpoint p ON p.id = m.contact_point_id
LEFT JOIN messaging_practiceline u ON u.id = m.line_id
LEFT JOIN messaging_messageabout b ON b.message_id = m.id
LEFT JOIN appointments_appointment a ON a.id = b.appointment_id
LEFT JOIN messaging_attempt t ON t.message_id = m.id
WHERE m.practice_id <> ANY (array_remove(ARRAY[c.practice_id, r.practice_id, p.practice_id,
  u.practice_id, b.practice_id, a.practice_id, t.practice_id], NULL))
"""
_LEASE = """
SELECT f.lease_until FROM messaging_attempt a LEFT JOIN messaging_inflight f ON f.id = a.id
WHERE a.id = %s
"""
_TWO_OPEN = """
SELECT line_id, address FROM messaging_inflight GROUP BY line_id, address HAVING count(*) > 1
"""
_FATES = """
SELECT m.id, m.channel, m.status,
       ARRAY(SELECT t.id FROM messaging_attempt t WHERE t.message_id = m.id ORDER BY t.id)
FROM messaging_message m WHERE m.tries > 0 ORDER BY m.id
"""


class Checks:
    """All checks of one run; what is broken is told to the simulation."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.told, self.coverage = Told(), Coverage()
        self.status: dict[UUID, str] = {}
        self.moved: dict[UUID, datetime] = {}
        self.deadlines: dict[UUID, datetime] = {}

    # --- at every step ------------------------------------------------------------------------

    def armed(self, armed: Armed) -> None:
        """Keep until when a letter may be handed over: till then nobody may doubt it."""
        self.deadlines[armed.message_id] = armed.letter.deadline

    def at_the_port(self, letter: Letter, now: datetime) -> None:
        """Promise 2: what is posted is on disk by then, and its lease has not run out."""
        found = self.sim.watch.execute(_LEASE, [letter.attempt_id]).fetchone()
        if not found:
            self.sim.fail("attempt on disk", f"{letter.attempt_id} was posted before")
        elif found[0] is None or found[0] <= now:
            self.sim.fail(
                "a lease is respected", f"{letter.attempt_id} was posted after {found[0]}"
            )

    def read_moves(self, machine: Machine, step: str) -> None:
        """Judge each move that the step made."""
        sim, now = self.sim, self.sim.clock()
        if step == "arm" and sim.watch.execute(_TWO_OPEN).fetchone():
            sim.fail("two in flight", "one line and address have two open attempts")
        for move in (Move(*row) for row in sim.watch.execute(MOVES).fetchall()):
            sim.note(f"{step} {move.id} {move.old}>{move.new} {move.hold}{move.drop}")
            sim.counts[f"> {move.new}"] += 1
            if move.new not in LEGAL.get(move.old, "").split():
                sim.fail("legal moves", f"{move.id} went from {move.old!r} to {move.new!r}")
            if move.old != self.status.get(move.id, ""):
                sim.fail("legal moves", f"{move.id} was {self.status.get(move.id)!r}")
            self.status[move.id], self.moved[move.id] = move.new, now
            self._judge(move, machine, step)
            self.told.moved(move, sim.world.history.index, now)

    def _judge(self, move: Move, machine: Machine, step: str) -> None:
        sim, now, history = self.sim, self.sim.clock(), self.sim.world.history
        if step == "arm" and move.new == "sending":
            index = machine.read_index
            for wrong in arming.wrong_to_arm(move, history, self.told, index, now):
                sim.fail(wrong, str(move))
            if move.old == "planned" and arming.apart(move, history, self.told, index, now):
                sim.fail("one message a day", str(move))
        elif step == "arm" and move.new == "dropped":
            if arming.wrong_to_drop(move, history, machine.read_index, now):
                sim.fail("dropped for no reason", str(move))
        elif step == "recover" and move.old == "sending":
            # An attempt that a receipt spoke of may be settled at any time.
            if move.new != "sent" and self.deadlines.get(move.id, now) > now:
                sim.fail("a lease is respected", f"{move.id} was doubted within it")
        elif move.new == "needs_person":
            # One open attempt an address, and every other reference known: one candidate at most.
            sim.fail("a look-up leaves no choice", str(move))
        elif move.new == "expired" and arming.wrong_to_expire(move, history, self.told, now):
            sim.fail("expired too early", str(move))

    # --- every day ----------------------------------------------------------------------------

    def daily(self) -> None:
        """Plan what is to be planned; then all must be as the oracle has it."""
        sim = self.sim
        machine = next((m for m in sim.machines if m.up), None)
        if machine is None:
            sim.later(60, self.daily)
            return
        rough, sim.rough = sim.rough, False
        sim.counts["daily"] += 1
        self._plan(machine)
        for practice in sim.world.history.practices:
            state = sim.world.history.now(practice)
            for wrong in outbox.differences(sim.watch, state, self.told, sim.clock()):
                sim.fail("outbox as the oracle has it", wrong)
        self._again_changes_nothing(machine)
        self._covered()
        self._standing()
        self._fates()
        sim.rough = rough
        sim.world.forget()

    def _plan(self, machine: Machine) -> None:
        for _ in range(20):
            if not self.sim.watch.execute("SELECT 1 FROM practice_replan").fetchone():
                return
            self.sim.perform(machine, "plan")
        self.sim.fail("planning ends", "there is always more to plan")

    def _again_changes_nothing(self, machine: Machine) -> None:
        sim = self.sim
        before = outbox.snapshot(sim.watch)
        for practice in sim.world.history.practices:
            with acting_for(practice):
                changes.touch_practice(practice)
                changes.touch_clients(practice, sim.world.history.now(practice).clients)
        self._plan(machine)
        after = outbox.snapshot(sim.watch)
        if after != before:
            changed = [p for a, b in zip(before, after, strict=True) for p in set(a) ^ set(b)]
            sim.fail("planning again changes nothing", str(sorted(changed, key=str)[:4]))

    def _covered(self) -> None:
        sim, history = self.sim, self.sim.world.history
        for practice in history.practices:
            for client in history.now(practice).clients:
                for key, span in self.coverage.unsaid(
                    practice, client, history, self.told, sim.clock()
                ):
                    sim.fail("everything due is said", f"{client} {key} {span}")

    def _standing(self) -> None:
        sim = self.sim
        ago = sim.clock() - 3 * LAG
        for status, message in sim.watch.execute(_STUCK, {"ago": ago}).fetchall():
            # One that was held is long due when it is planned again.
            if status != "planned" or self.moved[message] < ago:
                sim.fail("nothing is stuck", f"{message} is {status}")
        (mixed,) = sim.watch.execute(_MIXED).fetchone() or (0,)
        if mixed:
            sim.fail("no row mixes practices", f"{mixed} do")

    def _fates(self) -> None:
        """What the carriers took against what the outbox says."""
        sim = self.sim
        taken = Counter(a.letter.attempt_id for c in sim.carriers.values() for a in c.arrivals)
        sim.counts["arrivals"] = sum(taken.values())
        names: defaultdict[UUID, set[str]] = defaultdict(set)
        for carrier in sim.carriers.values():
            for arrival in carrier.arrivals:
                names[arrival.letter.attempt_id].add(arrival.letter.message_id)
        for message, channel, status, attempts in sim.watch.execute(_FATES):
            arrived = sum(taken[a] for a in attempts)
            if channel == "sms" and arrived > 1:
                sim.fail("at most once", f"{message} arrived {arrived} times")
            if status in ("sent", "delivered", "undelivered", "no_receipt") and not arrived:
                sim.fail("sent means taken", f"{message} is {status} and was never taken")
            if channel == "sms" and status in ("failed", "dropped", "expired") and arrived:
                sim.fail("not sent means not taken", f"{message} is {status} and arrived")
            if len(set().union(*(names[a] for a in attempts))) > 1:
                sim.fail("one Message-ID", f"{message} had several")

    # --- at the end ---------------------------------------------------------------------------

    def at_the_end(self) -> None:
        """Enough time has passed: nothing is open."""
        (left,) = self.sim.watch.execute("SELECT count(*) FROM messaging_inflight").fetchone() or (
            0,
        )
        if left:
            self.sim.fail("nothing in flight at the end", f"{left} are")
