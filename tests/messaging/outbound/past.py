"""A practice that has written a million messages, and what waits or flies there now: all by SQL."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.config.database import Database

PAST = 1_000_000

_ONE = "(SELECT * FROM messaging_message WHERE status = 'planned' ORDER BY id LIMIT 1) m"
"""A message that others are made after: there is one planned for a day far ahead."""

_COLUMNS = """
INSERT INTO messaging_message (id, practice_id, kind, what, channel, status, hold, "drop", step,
  client_id, address, line_id, lane_id, due_at, expires_at, words_set, time_set, tries, planned_at,
  sent_at, carrier_ref, error_code, error_words)
SELECT gen_random_uuid(), m.practice_id, m.kind, '', m.channel,
"""
_LEFT = f"""{_COLUMNS} 'delivered', '', '', 1, m.client_id, '+1205' || g %% 50000, m.line_id,
  m.lane_id, at, at, false, false, 1, at, at, 'SM' || g, '', ''
FROM generate_series(1, %(count)s) g, {_ONE},
  LATERAL (SELECT %(now)s::timestamptz - g * interval '1 second' AS at) x
"""
_ATTEMPTS = """
INSERT INTO messaging_attempt (id, practice_id, message_id, number, line_id, address, sealed, at,
  outcome, carrier_ref, code, words)
SELECT gen_random_uuid(), practice_id, id, 1, line_id, address, '', sent_at, 'accepted',
  carrier_ref, '', '' FROM messaging_message WHERE status = 'delivered'
"""
_WAITING = f"""{_COLUMNS} %(status)s::text, '', '', 1, m.client_id, %(to)s::text || g,
  m.line_id, n.id,
  %(due)s::timestamptz - g * interval '1 second', %(ends)s::timestamptz - g * interval '1 second',
  false, false, 0, m.planned_at, CASE WHEN %(status)s::text = 'sent' THEN %(due)s::timestamptz
    - g * interval '1 second' END, '', '', ''
FROM generate_series(1, %(count)s) g, {_ONE}
JOIN messaging_lane n ON n.line_id = (SELECT line_id FROM messaging_lane WHERE id = m.lane_id)
  AND n.urgency = %(urgency)s
"""  # noqa: S608
_FLYING = f"""
INSERT INTO messaging_inflight (id, practice_id, message_id, line_id, address, since, lease_until,
  looks)
SELECT gen_random_uuid(), m.practice_id, m.id, u.line_id, %(to)s::text || g, %(since)s, %(until)s, 0
FROM generate_series(1, %(count)s) g, {_ONE} JOIN messaging_practiceline u ON u.id = m.line_id
"""  # noqa: S608
_HEARD = f"""
INSERT INTO messaging_receipt (id, practice_id, attempt_id, at, event, carrier_ref, code, words,
  blame, applied_at)
SELECT gen_random_uuid(), m.practice_id, m.id, %(at)s::timestamptz - g * interval '1 second',
  'delivered', '', '', '', '', CASE WHEN %(applied)s THEN %(at)s::timestamptz END
FROM generate_series(1, %(count)s) g, {_ONE}
"""  # noqa: S608
_TOUCHED = f"""
INSERT INTO practice_replan (id, practice_id, subject_kind, subject_id, touched_at)
SELECT gen_random_uuid(), m.practice_id, 'client', m.client_id,
  %(at)s::timestamptz - g * interval '1 second' FROM generate_series(1, %(count)s) g, {_ONE}
"""  # noqa: S608


def fill(database: Database, now: datetime) -> None:
    """A million messages that have left by now, a second apart, each with its attempt."""
    with closing(psycopg.connect(database.admin, autocommit=True)) as db:
        unchecked(db)
        db.execute(_LEFT, {"count": PAST, "now": now})
        db.execute(_ATTEMPTS)


def unchecked(db: psycopg.Connection[Any]) -> None:
    """Keys are not checked one by one from here: nothing reads what these rows point to."""
    db.execute("SET session_replication_role = replica")


def waiting(
    db: psycopg.Connection[Any],
    count: int,
    due: datetime,
    ends: datetime,
    *,
    to: str = "+1999",
    urgency: int = 0,
    status: str = "planned",
) -> None:
    """Messages due (or `sent`) until then, a second apart, the last first; to `to`1, `to`2 …"""
    given = {"count": count, "due": due, "ends": ends, "to": to}
    db.execute(_WAITING, given | {"urgency": urgency, "status": status})


def flying(
    db: psycopg.Connection[Any], count: int, since: datetime, until: datetime, *, to: str = "+1999"
) -> None:
    """Open attempts to `to`1, `to`2 …, whose leases last until then."""
    db.execute(_FLYING, {"count": count, "since": since, "until": until, "to": to})


def heard(db: psycopg.Connection[Any], count: int, at: datetime, *, applied: bool) -> None:
    """Receipts that came until then, a second apart."""
    db.execute(_HEARD, {"count": count, "at": at, "applied": applied})


def touched(db: psycopg.Connection[Any], count: int, at: datetime) -> None:
    """Rows for the planner, touched until then, a second apart."""
    db.execute(_TOUCHED, {"count": count, "at": at})
