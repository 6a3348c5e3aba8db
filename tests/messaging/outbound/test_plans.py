"""The hot path on a million past messages, a thousand in flight: it touches only what is due.

Every statement that arm, settle, recover and expire send is caught on its way and asked of
PostgreSQL again with EXPLAIN; of the doors, the statements within are explained as they run. With
statistics as they come and with fresh ones.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from carepost.messaging.carrier import Answer, Outcome
from tests.builders import NOW, make_appointment
from tests.messaging.engine import LOOK_WAIT, Engine
from tests.messaging.outbound import past
from tests.messaging.outbound.explaining import Inside, Plan, check
from tests.messaging.outbound.test_engine import make_rule, ready_practice
from tests.simulation.database import empty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from pytest_django.plugin import DjangoDbBlocker

    from carepost.config.database import Database
    from carepost.practice.models import Practice

DUE = 20
IN_FLIGHT = 1_000
AT = NOW + timedelta(days=7)
WHEN_DUE = AT - timedelta(days=1)
LATER = AT + timedelta(days=60)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def million(database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Practice]:
    """A practice with a million past messages and one far ahead; made once, as it takes long."""
    with django_db_blocker.unblock():
        try:
            practice = ready_practice(quiet_hours=None)
            make_rule(practice)
            make_appointment(practice, at=LATER)
            asyncio.run(_plan(database))
            past.fill(database, NOW)
            yield practice
        finally:
            connections.close_all()
            with closing(psycopg.connect(database.admin, autocommit=True)) as db:
                empty(db)


async def _plan(database: Database) -> None:
    engine = await Engine.connect(database, NOW)
    await engine.plan()
    await engine.db.close()


@pytest.fixture
async def engine(million: Practice, database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(database, NOW)
    yield made
    await made.db.close()


class _Explaining:
    """A connection that explains each statement before it is run, and keeps the plans."""

    def __init__(self, db: psycopg.AsyncConnection[Any]) -> None:
        self._db = db
        self.plans: list[tuple[str, Plan]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def execute(self, query: str, params: Any = None, **options: Any) -> Any:
        if "set_config" not in query:
            explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}"
            async with self._db.transaction() as undo:
                options.pop("binary", None)
                row = await (await self._db.execute(explain, params, prepare=True)).fetchone()
                self.plans.append((query, row[0][0]["Plan"]))
                raise psycopg.Rollback(undo)
        return await self._db.execute(query, params, prepare=True)


@pytest.mark.parametrize("analyzed", [False, True])
async def test_a_million_past_messages_are_not_touched(
    million: Practice, database: Database, analyzed: bool
) -> None:
    with closing(psycopg.connect(database.admin, autocommit=True)) as db:
        past.unchecked(db)
        db.execute("DELETE FROM messaging_inflight")
        db.execute("VACUUM messaging_inflight")  # dead rows are of the test before
        past.flying(db, IN_FLIGHT, WHEN_DUE, LATER)
    await sync_to_async(_book)(million)
    engine = await Engine.connect(database, NOW)
    engine.chance.seed(2 + analyzed)
    await engine.plan()
    if analyzed:
        await engine.db.close()
        with closing(psycopg.connect(database.admin, autocommit=True)) as db:
            db.execute("ANALYZE")
        engine.db = (await Engine.connect(database, NOW)).db
    engine.now = WHEN_DUE
    spy = _Explaining(engine.db)
    engine.db = spy  # type: ignore[assignment]

    armed = await engine.arm()
    assert len(armed) == DUE
    engine.carrier.answers = [Answer(Outcome.UNCERTAIN)] * 5
    await engine.settle(await engine.send(armed))
    engine.now += LOOK_WAIT
    await engine.recover()
    await engine.expire()
    await spy._db.close()

    assert len(engine.carrier.taken) == DUE - 5
    assert len(spy.plans) >= 10
    # Without statistics a practice's visits, a few dozen here, may be read for each message.
    most = 60 * DUE if analyzed else 600 * DUE
    for query, plan in spy.plans:
        check(query, plan, rows=most, pages=100 * DUE)


def _book(practice: Practice) -> None:
    for _ in range(DUE):
        make_appointment(practice, at=AT)


async def test_a_walk_would_be_seen(engine: Engine) -> None:
    spy = _Explaining(engine.db)
    await spy.execute("SELECT count(*) FROM messaging_message WHERE error_words <> ''")
    with pytest.raises(AssertionError, match="walks messaging_message"):
        check(*spy.plans[0], rows=10**9, pages=10**9)


# --- what doors do within ---------------------------------------------------------------------


@pytest.fixture(params=["statistics as they come", "fresh statistics"])
def inside(
    request: pytest.FixtureRequest, million: Practice, database: Database
) -> Iterator[Inside]:
    """Nothing due or in flight yet; what a test makes is undone after it."""
    with closing(Inside(database)) as made:
        past.unchecked(made.db)
        # Plans are made while nothing flies, and must hold when a thousand do.
        made.db.execute("TRUNCATE messaging_inflight")
        made.db.execute("UPDATE messaging_line SET paused_until = NULL")
        if request.param == "fresh statistics":
            made.db.execute("ANALYZE")
        else:
            made.db.execute("ANALYZE messaging_inflight")
        yield made


def _backlog(inside: Inside) -> None:
    """More due than a batch holds, in two lanes, the oldest to addresses in flight; more ahead."""
    past.waiting(inside.db, 100, WHEN_DUE - timedelta(hours=3), LATER)
    past.waiting(inside.db, 4_000, WHEN_DUE, LATER, to="+1888")
    past.waiting(inside.db, 2_000, WHEN_DUE, LATER, to="+1777", urgency=1)
    past.waiting(inside.db, 5_000, AT, LATER, to="+1666")


def _fly(inside: Inside, door: str) -> None:
    """A thousand in flight, after the door's plans were made while there were none."""
    with inside.db.transaction(force_rollback=True):
        assert len(inside.call(door, WHEN_DUE, 500).rows) == 500
    past.flying(inside.db, IN_FLIGHT, WHEN_DUE, LATER)


def _scratch(inside: Inside, wrong: dict[str, str]) -> None:
    """Another `door_due`, with what is named in it done wrong."""
    found = inside.db.execute("SELECT pg_get_functiondef('door_due'::regproc)").fetchone()
    assert found
    (made,) = found
    for right, instead in wrong.items():
        assert right in made
        made = made.replace(right, instead)
    inside.db.execute(made.replace("door_due", "scratch_due"))


def test_a_batch_is_chosen_at_a_cost_of_what_it_arms(inside: Inside) -> None:
    _backlog(inside)
    _fly(inside, "door_due")

    called = inside.call("door_due", WHEN_DUE, 500)

    assert len(called.rows) == 500
    called.check(rows=4 * 500, pages=8 * 500)


def test_what_waits_longest_is_found_at_once(inside: Inside) -> None:
    _backlog(inside)
    called = inside.call("door_oldest_due", WHEN_DUE)
    assert called.rows == [(WHEN_DUE - timedelta(hours=3, seconds=100),)]
    called.check(rows=50, pages=200)


def test_comparing_all_that_is_due_with_all_that_flies_would_be_seen(inside: Inside) -> None:
    _scratch(inside, {"(SELECT f.id FROM": "NOT EXISTS (SELECT f.id FROM", ") IS NULL": ")"})
    inside.db.execute("ALTER FUNCTION scratch_due SET enable_seqscan = on")
    _backlog(inside)
    _fly(inside, "scratch_due")

    called = inside.call("scratch_due", WHEN_DUE, 500)

    assert len(called.rows) == 500
    with pytest.raises(AssertionError, match=r"examines \d{6,} rows"):
        called.check(rows=4 * 500, pages=8 * 500)


def test_gathering_all_that_is_due_to_sort_it_would_be_seen(inside: Inside) -> None:
    _scratch(inside, {"ORDER BY m.due_at, m.id LIMIT share": "ORDER BY m.id LIMIT share"})
    _backlog(inside)
    called = inside.call("scratch_due", WHEN_DUE, 500)
    with pytest.raises(AssertionError, match=r"examines \d{4,} rows"):
        called.check(rows=4 * 500, pages=8 * 500)


def test_the_planner_claims_a_batch_at_a_cost_of_the_batch(inside: Inside) -> None:
    inside.call("door_replan", 500)
    past.touched(inside.db, 20_000, NOW)
    called = inside.call("door_replan", 500)
    assert len(called.rows) == 500
    called.check(rows=4 * 500, pages=4 * 500)


def test_recovery_looks_at_no_more_than_what_flies(inside: Inside) -> None:
    inside.call("door_open_attempts", WHEN_DUE, 100)
    past.flying(inside.db, IN_FLIGHT - DUE, WHEN_DUE, LATER)
    past.flying(inside.db, DUE, WHEN_DUE, WHEN_DUE, to="+1888")
    called = inside.call("door_open_attempts", WHEN_DUE, 100)
    assert len(called.rows) == DUE
    called.check(rows=IN_FLIGHT + 5 * DUE, pages=2 * IN_FLIGHT)


def test_known_references_are_those_of_one_address(inside: Inside, million: Practice) -> None:
    (line,) = inside.db.execute(
        "SELECT line_id FROM messaging_practiceline WHERE practice_id = %s AND channel = 'sms'",
        [million.id],
    ).fetchone() or ("",)
    called = inside.call("door_known_refs", line, "+12057", NOW - timedelta(days=30))
    assert len(called.rows) == past.PAST / 50_000
    called.check(rows=200, pages=200)


@pytest.mark.parametrize(
    ("door", "status", "before"),
    [("door_expired", "planned", AT), ("door_unheard", "sent", WHEN_DUE)],
)
def test_what_is_over_is_found_at_a_cost_of_the_batch(
    inside: Inside, door: str, status: str, before: Any
) -> None:
    past.waiting(inside.db, 4_000, WHEN_DUE, AT, status=status)
    past.waiting(inside.db, 4_000, LATER, LATER, status=status, to="+1888")
    called = inside.call(door, before, 500)
    assert len(called.rows) == 500
    called.check(rows=5 * 500, pages=5 * 500)


def test_unread_receipts_are_found_among_all_that_came(inside: Inside) -> None:
    past.heard(inside.db, 20_000, NOW, applied=True)
    past.heard(inside.db, 2_000, WHEN_DUE, applied=False)
    called = inside.call("door_receipts", 500)
    assert len(called.rows) == 500
    called.check(rows=4 * 500, pages=4 * 500)
