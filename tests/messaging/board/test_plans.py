"""The board on a table of 200,000 messages: what each page costs PostgreSQL.

Every statement is caught on its way and asked of PostgreSQL again with EXPLAIN: none walks the
table, and none reads more pages than its span of time or its page of rows needs.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection

from carepost.messaging import board
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_client
from tests.messaging.outbound.explaining import check
from tests.messaging.outbound.test_engine import make_rule, ready_practice

if TYPE_CHECKING:
    from collections.abc import Callable

    from carepost.config.database import Database
    from carepost.practice.models import Practice

pytestmark = pytest.mark.slow

COUNT = 200_000
NEW_YORK = ZoneInfo("America/New_York")
_FILL = """
INSERT INTO messaging_message (id, practice_id, kind, what, channel, status, hold, "drop", rule_id,
  step, client_id, address, line_id, due_at, expires_at, words_set, time_set, tries, planned_at,
  sent_at, carrier_ref, error_code, error_words)
SELECT gen_random_uuid(), %(practice)s,
  CASE WHEN g %% 100 = 7 THEN 'test_message' WHEN g %% 10 < 7 THEN 'appointment_reminder'
       ELSE 'appointment_notice' END,
  '', CASE WHEN g %% 5 = 0 THEN 'email' ELSE 'sms' END,
  CASE WHEN at > %(now)s THEN CASE WHEN g %% 20 = 0 THEN 'held' ELSE 'planned' END
       WHEN at > %(now)s::timestamptz - interval '3 days' AND g %% 3 = 0 THEN 'sent'
       WHEN g %% 100 = 1 THEN 'failed' WHEN g %% 100 = 2 THEN 'undelivered'
       WHEN g %% 100 < 10 THEN 'dropped' WHEN g %% 100 < 20 THEN 'no_receipt'
       ELSE 'delivered' END,
  CASE WHEN at > %(now)s AND g %% 20 = 0 THEN 'no_consent' ELSE '' END, '',
  (%(rules)s::uuid[])[1 + g %% %(rule_count)s], 1,
  (%(clients)s::uuid[])[1 + g %% %(client_count)s], '+1205' || g %% 50000, NULL, at,
  at + interval '1 day', false, false, 1, at - interval '20 days',
  CASE WHEN at <= %(now)s THEN at END, '', '', ''
FROM generate_series(1, %(count)s) g,
  LATERAL (SELECT %(now)s::timestamptz + interval '21 days' - g * interval '3 minutes' AS at) x
"""


def _practice(database: Database) -> Practice:
    """A practice with 400 days of messages, one every three minutes, three weeks of them ahead."""
    practice = ready_practice()
    clients = [make_client(practice, f"Ann{n}", f"Field{n}").id for n in range(40)]
    rules = [make_rule(practice, days=1 + n).id for n in range(4)]
    given = {
        "practice": practice.id,
        "now": NOW,
        "count": COUNT,
        "rules": rules,
        "rule_count": len(rules),
        "clients": clients,
        "client_count": len(clients),
    }
    with closing(psycopg.connect(database.admin, autocommit=True)) as db:
        db.execute("SET session_replication_role = replica")
        db.execute(_FILL, given)
        db.execute("VACUUM ANALYZE messaging_message")
    return practice


def _plans(practice: Practice, read: Callable[[Any], object]) -> list[tuple[str, dict[str, Any]]]:
    """The plan of each statement that `read` sends."""
    plans: list[tuple[str, dict[str, Any]]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH", "(SELECT")):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
                plans.append((sql, _json(cursor.fetchone()[0])))
        return execute(sql, params, many, context)

    with acting_for(practice.id), connection.execute_wrapper(explain):
        read(practice.id)
    return plans


def _json(value: Any) -> dict[str, Any]:
    plan: dict[str, Any] = (json.loads(value) if isinstance(value, str) else value)[0]["Plan"]
    return plan


def _list(asked: board.Filter) -> Callable[[Any], object]:
    return lambda practice: list(board.messages(practice, asked)[:50])


READS: dict[str, tuple[Callable[[Any], object], int, int]] = {
    # what is read, how many rows may be examined, how many pages touched
    "counts": (board.counts, 20_000, 500),
    "counts of a kind": (
        lambda p: board.counts(p, board.Filter(kind="appointment_reminder")), 40_000, 5_000,
    ),
    "counts of a name": (lambda p: board.counts(p, board.Filter(words="Ann7")), 30_000, 8_000),
    "the list": (_list(board.Filter()), 500, 200),
    "the list of a state": (_list(board.Filter(state="failed")), 500, 200),
    "the list of no such state": (_list(board.Filter(state="uncertain")), 100, 60),
    "the list of trouble": (_list(board.Filter(state=board.TROUBLE)), 20_000, 1_500),
    "the list of a rare kind": (_list(board.Filter(kind="test_message")), 10_000, 1_000),
    "the list of a name": (_list(board.Filter(words="Ann7")), 20_000, 8_000),
    "a day's list": (
        _list(board.Filter(due_from=NOW - timedelta(days=90), due_until=NOW - timedelta(days=89))),
        500, 200,
    ),
    "flow": (lambda p: board.flow(p, NOW), 15_000, 600),
    "days": (lambda p: board.days(p, NOW, NEW_YORK), 45_000, 600),
    "forecast": (lambda p: board.forecast(p, NOW), 15_000, 400),
    "needs": (lambda p: board.needs(p, NOW), 3_000, 400),
}  # fmt: skip


def test_no_part_of_the_board_costs_more_than_what_it_shows(clean_database: Database) -> None:
    practice = _practice(clean_database)
    for name, (read, rows, pages) in READS.items():
        plans = _plans(practice, read)
        assert plans, name
        for query, plan in plans:
            check(f"{name}: {query}", plan, rows=rows, pages=pages)
