"""The hot path on a million past messages: it touches only what is due.

Every statement that arm, settle, recover and expire send is caught on its way, and asked of
PostgreSQL again with EXPLAIN: no walk over a big table, and no more pages than a small batch
needs, with statistics fresh and with none at all.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from asgiref.sync import sync_to_async

from carepost.messaging.carrier import Answer, Outcome
from tests.builders import NOW, make_appointment
from tests.messaging.engine import LOOK_WAIT, Engine
from tests.messaging.outbound.test_engine import make_rule, messages, ready_practice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from carepost.config.database import Database
    from carepost.practice.models import Practice

PAST = 1_000_000
DUE = 20
PAGES = 4_000  # of 8 KiB; the message table alone has over 30,000
BIG = {"messaging_message", "messaging_attempt"}
AT = NOW + timedelta(days=7)

pytestmark = pytest.mark.slow


def _past(database: Database, practice: Practice) -> None:
    """A million messages that have left, with an attempt each, in statements of the owner's."""
    with closing(psycopg.connect(database.admin, autocommit=True)) as db:
        # Their keys are not checked one by one: nothing here reads what they point to.
        db.execute("SET session_replication_role = replica")
        db.execute(
            """
            INSERT INTO messaging_message (id, practice_id, kind, what, channel, status, hold,
              "drop", step, client_id, address, line_id, lane_id, due_at, expires_at, words_set,
              time_set, tries, planned_at, sent_at, carrier_ref, error_code, error_words)
            SELECT gen_random_uuid(), m.practice_id, m.kind, '', m.channel, 'delivered', '', '', 1,
              m.client_id, m.address, m.line_id, m.lane_id, m.due_at - g * interval '1 second',
              m.expires_at, false, false, 1, m.planned_at, m.due_at - g * interval '1 second',
              'SM' || g, '', ''
            FROM generate_series(1, %s) g,
              (SELECT * FROM messaging_message WHERE practice_id = %s LIMIT 1) m
            """,
            [PAST, practice.id],
        )
        db.execute(
            """
            INSERT INTO messaging_attempt (id, practice_id, message_id, number, line_id, address,
              sealed, at, outcome, carrier_ref, code, words)
            SELECT gen_random_uuid(), practice_id, id, 1, line_id, address, '', sent_at,
              'accepted', carrier_ref, '', '' FROM messaging_message WHERE status = 'delivered'
            """
        )


@pytest.fixture
async def engine(clean_database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


class _Explaining:
    """A connection that explains each statement before it is run, and keeps the plans."""

    def __init__(self, db: psycopg.AsyncConnection[Any]) -> None:
        self._db = db
        self.plans: list[tuple[str, dict[str, Any]]] = []

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


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _check(query: str, plan: dict[str, Any]) -> None:
    for node in _nodes(plan):
        if node.get("Relation Name") in BIG:
            assert node["Node Type"] != "Seq Scan", f"walks {node['Relation Name']}: {query}"
            removed = node.get("Rows Removed by Filter", 0) * node.get("Actual Loops", 1)
            assert removed <= 5 * DUE, f"reads {removed} rows in vain: {query}"
    pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    assert pages < PAGES, f"touches {pages} pages: {query}\n{json.dumps(plan)[:2000]}"


async def test_a_million_past_messages_are_not_touched(
    engine: Engine, clean_database: Database
) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    await sync_to_async(make_rule)(practice)
    await sync_to_async(_book)(practice)
    await engine.plan()
    await sync_to_async(_past)(clean_database, practice)
    await _work_and_check(engine, practice)

    with closing(psycopg.connect(clean_database.admin, autocommit=True)) as db:
        db.execute("ANALYZE")
    await sync_to_async(_book)(practice)
    engine = await Engine.connect(clean_database, NOW)
    engine.chance.seed(2)
    await engine.plan()
    await _work_and_check(engine, practice)
    await engine.db.close()


def _book(practice: Practice) -> None:
    for _ in range(DUE):
        make_appointment(practice, at=AT)


async def _work_and_check(engine: Engine, practice: Practice) -> None:
    before = len(await sync_to_async(_sent)(practice))
    engine.now = AT - timedelta(days=1)
    spy = _Explaining(engine.db)
    engine.db = spy  # type: ignore[assignment]

    armed = await engine.arm()
    assert len(armed) == DUE
    engine.carrier.answers = [Answer(Outcome.UNCERTAIN)] * 5
    await engine.settle(await engine.send(armed))
    engine.now += LOOK_WAIT
    await engine.recover()
    await engine.expire()
    engine.db = spy._db

    assert len(spy.plans) >= 10
    for query, plan in spy.plans:
        _check(query, plan)
    assert len(await sync_to_async(_sent)(practice)) - before == DUE - 5


def _sent(practice: Practice) -> list[Any]:
    from carepost.messaging.models import Message
    from carepost.practice.tenancy import acting_for

    with acting_for(practice.id):
        return list(Message.objects.filter(status="sent"))


async def test_a_walk_would_be_seen(engine: Engine, clean_database: Database) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    await sync_to_async(make_appointment)(practice, at=AT)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    assert len(await sync_to_async(messages)(practice)) == 1
    spy = _Explaining(engine.db)
    await spy.execute("SELECT count(*) FROM messaging_message WHERE error_words <> ''")
    with pytest.raises(AssertionError, match="walks messaging_message"):
        _check(*spy.plans[0])
