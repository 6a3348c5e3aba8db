"""Bugs planted to see them caught: each is a patch of the product, as somebody might write it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock
from zoneinfo import ZoneInfo

from carepost.messaging import facts
from carepost.messaging.carrier import Answer, Outcome, ReceiptEvent
from carepost.messaging.inbound import receipts
from carepost.messaging.kinds import appointment_reminder
from carepost.messaging.outbound import arm, plan_facts, recover, settle
from carepost.messaging.outbound.gates import GATES
from carepost.messaging.outbound.statements import statement
from carepost.messaging.status import Status
from tests.simulation import damage
from tests.simulation.carrier import SimCarrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    Patch = Callable[[ExitStack, psycopg.Connection], None]


@dataclass(frozen=True)
class Bug:
    """What is done to the product, and which checks may find it.

    `gate`: one that is left out. `soonest`: the seed to try first, which only saves time.
    """

    caught_by: tuple[str, ...]
    patch: Patch | None = None
    gate: str = ""
    soonest: int = 4


@contextmanager
def planted(name: str, watch: psycopg.Connection) -> Iterator[Any]:
    """Plant a bug, or with no name none, and give the gates to run with. Raises KeyError."""
    bug = BUGS[name] if name else Bug(())
    with ExitStack() as stack:
        if bug.patch:
            bug.patch(stack, watch)
        yield tuple(g for g in GATES if g[0] != bug.gate)


def _posts_before_commit(stack: ExitStack, watch: psycopg.Connection) -> None:
    write = arm._Batch.write

    async def and_post(batch: Any, db: Any) -> list[Any]:
        machine = db.machine
        for armed in await write(batch, db):
            carrier = machine.sim.carriers[armed.carrier]
            answer = await carrier.hand_over(armed.account, armed.letter, batch.now)
            answered = settle.Answered(armed, answer, carrier.at_most_once)
            machine.sim.later(0.5, machine._answered, machine.life, answered)
        return []

    stack.enter_context(mock.patch.object(arm._Batch, "write", and_post))


def _says(stack: ExitStack, module: Any, file: str, name: str, old: str, new: str) -> None:
    """Change one of the SQL statements that a module runs."""
    assert old in statement(file, name)

    def changed(asked_file: str, asked: str) -> str:
        text = statement(asked_file, asked)
        return text.replace(old, new) if (asked_file, asked) == (file, name) else text

    stack.enter_context(mock.patch.object(module, "statement", changed))


def _ignores_the_lease(stack: ExitStack, watch: psycopg.Connection) -> None:
    _says(stack, arm, "arm", "write", "%(lease)s", "%(now)s")


def _posts_after_the_lease(stack: ExitStack, watch: psycopg.Connection) -> None:
    # The virtual carrier stands in for an adapter that does not look at the deadline.
    stack.enter_context(mock.patch.object(SimCarrier, "too_late", return_value=False))


def _doubts_within_the_lease(stack: ExitStack, watch: psycopg.Connection) -> None:
    early = "%(now)s::timestamptz + interval '30 seconds'"
    _says(stack, recover, "recover", "open", "%(now)s", early)


def _repeats_what_is_uncertain(stack: ExitStack, watch: psycopg.Connection) -> None:
    decide = settle.settlement

    def hasty(answer: Answer, **given: Any) -> Any:
        if answer.outcome is Outcome.UNCERTAIN:
            answer = Answer(Outcome.NOT_SENT)
        return decide(answer, **given)

    stack.enter_context(mock.patch.object(settle, "settlement", hasty))


def _knows_no_refs(stack: ExitStack, watch: psycopg.Connection) -> None:
    _says(stack, recover, "recover", "known", "%(since)s)", "%(since)s) WHERE false")


def _applies_receipts_backwards(stack: ExitStack, watch: psycopg.Connection) -> None:
    ends = {
        ReceiptEvent.TAKEN: Status.SENT,
        ReceiptEvent.DELIVERED: Status.DELIVERED,
        ReceiptEvent.UNDELIVERED: Status.UNDELIVERED,
    }

    def anywhere(status: Status, event: ReceiptEvent) -> tuple[Status, ...]:
        return (ends[event],) if status != ends[event] else ()

    stack.enter_context(mock.patch.object(receipts, "path", anywhere))


def _two_in_flight(stack: ExitStack, watch: psycopg.Connection) -> None:
    stack.enter_context(damage.no_unique_flight(watch))
    _says(stack, arm, "arm", "write", "ON CONFLICT (line_id, address) DO NOTHING", "")


def _forgets_what_was_told(stack: ExitStack, watch: psycopg.Connection) -> None:
    spoken = plan_facts._spoken

    def without_told(rows: Any) -> Any:
        told, waiting = spoken(rows)
        told.clear()
        return told, waiting

    stack.enter_context(mock.patch.object(plan_facts, "_spoken", without_told))


def _by_the_servers_zone(stack: ExitStack, watch: psycopg.Connection) -> None:
    def server(name: str) -> ZoneInfo:
        return ZoneInfo("UTC")

    stack.enter_context(mock.patch.object(facts, "zone_of", server))


def _by_fixed_offsets(stack: ExitStack, watch: psycopg.Connection) -> None:
    def moment_of(rule: facts.RuleFacts, visit: facts.Visit) -> datetime:
        wall = datetime.combine(visit.local_date, visit.local_time, tzinfo=UTC)
        offset = wall - visit.starts_at
        shown = wall
        if rule.at_time:
            shown = datetime.combine(visit.local_date, rule.at_time, tzinfo=UTC)
        span = timedelta(days=rule.days, seconds=rule.seconds)
        return shown - offset + (span if rule.when == "after" else -span)

    stack.enter_context(mock.patch.object(appointment_reminder, "moment_of", moment_of))


def _reads_before_it_locks(stack: ExitStack, watch: psycopg.Connection) -> None:
    stack.enter_context(mock.patch.object(arm, "step", damage.arm_reading_first(arm.step)))


def _crash_means_not_sent(stack: ExitStack, watch: psycopg.Connection) -> None:
    step = recover.step

    async def hasty(db: Any, now: Any, chance: Any, carrier_for: Any, *rest: Any) -> Any:
        def careless(name: str) -> Any:
            carrier = carrier_for(name)
            return SimpleNamespace(at_most_once=False, look_up=carrier.look_up)

        return await step(db, now, chance, careless, *rest)

    stack.enter_context(mock.patch.object(recover, "step", hasty))


def _says_all_visits(stack: ExitStack, watch: psycopg.Connection) -> None:
    stack.enter_context(mock.patch.object(arm, "still_meant", lambda case, now: list(case.visits)))


def _forgets_what_it_heard(stack: ExitStack, watch: psycopg.Connection) -> None:
    _says(stack, recover, "recover", "doubts", "a.outcome, a.carrier_ref", "'', ''")


def _no_evening_margin(stack: ExitStack, watch: psycopg.Connection) -> None:
    from carepost.messaging import hours

    stack.enter_context(mock.patch.object(hours, "EVENING_MARGIN", timedelta(0)))


ONCE, ORACLE = "at most once", "outbox as the oracle has it"
NOT_SENT = "not sent means not taken"
REFUSED, LEASE = "refused by the database", "a lease is respected"
UNWANTED = "armed though the oracle wants no such message now"
BUGS: dict[str, Bug] = {
    "attempt written after the post": Bug(("attempt on disk", ONCE), _posts_before_commit),
    "gate still_true skipped": Bug(
        ("armed though no longer true",), _says_all_visits, gate="still_true"
    ),
    "gate enabled skipped": Bug(("armed with messaging off",), gate="enabled"),
    "gate stopped skipped": Bug(("armed after a stop",), gate="stopped"),
    "gate consent skipped": Bug(("armed without consent",), gate="consent"),
    "gate hours skipped": Bug(("armed in quiet hours",), gate="hours"),
    "lease ignored": Bug((LEASE,), _ignores_the_lease),
    "posted after its lease": Bug((LEASE,), _posts_after_the_lease),
    "doubted within its lease": Bug((LEASE,), _doubts_within_the_lease),
    "uncertain retried at once": Bug((ONCE, NOT_SENT), _repeats_what_is_uncertain, soonest=2),
    "look-up ignores known": Bug(
        ("sent means taken", "a look-up leaves no choice"), _knows_no_refs
    ),
    "receipts applied backwards": Bug((REFUSED,), _applies_receipts_backwards),
    "two in flight allowed": Bug(("two in flight",), _two_in_flight),
    "planner forgets what was told": Bug((REFUSED,), _forgets_what_was_told),
    "hours by the server's zone": Bug(
        (ORACLE, "armed in quiet hours", UNWANTED), _by_the_servers_zone
    ),
    "days by fixed offsets": Bug((ORACLE, UNWANTED), _by_fixed_offsets, soonest=1),
    "facts read before the locks": Bug(
        (
            "armed though no longer true", "armed with messaging off", "armed after a stop",
            "armed without consent", "armed for a rule that was ended",
        ),
        _reads_before_it_locks,
    ),
    "a crash after the commit means not sent": Bug((ONCE, NOT_SENT), _crash_means_not_sent),
    "evening without its margin": Bug((ORACLE, UNWANTED), _no_evening_margin),
    "a receipt before the crash forgotten": Bug(
        (ONCE, NOT_SENT), _forgets_what_it_heard, soonest=1
    ),
}  # fmt: skip
