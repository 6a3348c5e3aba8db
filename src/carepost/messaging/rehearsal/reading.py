"""Reading the facts for a rehearsal: the planner's own statements, over the page's connection."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection

from carepost.messaging.outbound import plan_facts
from carepost.messaging.outbound.plan import SPREAD_BACK
from carepost.messaging.outbound.statements import statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from carepost.messaging.rehearsal.amendment import Amendment

BATCH = 2000
MARGIN = timedelta(days=2)
"""A moment moves this far at most: to a time of day, into hours, by a zone, to another visit's."""

_LEADS = """
SELECT coalesce(max(make_interval(days => days, secs => seconds))
         FILTER (WHERE "when" = 'after'), '0'),
       coalesce(max(make_interval(days => days, secs => seconds))
         FILTER (WHERE "when" = 'before'), '0')
FROM messaging_rule WHERE practice_id = %(practice)s AND active
"""
# Whom the change could reach within the days ahead. A visit too far off for any rule's message has
# none but those that wait already, or that are still to be planned.
_CLIENTS = """
WITH unplanned AS (
  SELECT EXISTS (SELECT 1 FROM practice_replan
    WHERE practice_id = %(practice)s AND subject_kind = 'practice') AS everyone)
SELECT a.client_id FROM appointments_appointment a, unplanned
WHERE a.practice_id = %(practice)s AND a.starts_at > %(begin)s
  AND (unplanned.everyone OR a.starts_at < %(end)s)
UNION
SELECT m.client_id FROM messaging_message m, unplanned
WHERE m.practice_id = %(practice)s AND m.status IN ('planned', 'held')
  AND m.client_id IS NOT NULL AND (unplanned.everyone OR m.due_at < %(until)s)
UNION
SELECT subject_id FROM practice_replan
WHERE practice_id = %(practice)s AND subject_kind = 'client'
"""
# Whose visits beyond that have a message within those days all the same: its time was set by hand,
# or it is a notice.
_EARLY = """
SELECT a.client_id, a.local_date
FROM messaging_message m
JOIN messaging_messageabout b ON b.message_id = m.id
JOIN appointments_appointment a ON a.id = b.appointment_id
WHERE m.practice_id = %(practice)s AND m.status IN ('planned', 'held') AND m.due_at < %(until)s
  AND a.starts_at >= %(end)s
"""
_UNPLANNED = """
SELECT DISTINCT subject_id FROM practice_replan WHERE practice_id = %(practice)s
AND (subject_kind = 'practice' OR subject_id = ANY(%(clients)s))
"""
_STOPS = """
SELECT channel, address, kinds FROM people_stop
WHERE practice_id = %(practice)s AND address = ANY(%(addresses)s) AND lifted_at IS NULL
ORDER BY channel, address, id
"""
_NAMES = "SELECT id, first_name FROM people_client WHERE id = ANY(%(clients)s) ORDER BY id"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a proposal reaches. Visits from `begin` to `end` can have messages due by `until`.

    Of those beyond, `early` (client and local date) have some all the same, or `any` may.
    """

    begin: datetime
    end: datetime
    until: datetime
    early: frozenset[tuple[UUID, date]]
    any: bool

    def takes_in(self, client_id: UUID, local_date: date, starts_at: datetime) -> bool:
        """Whether anything due by then can depend on this visit of a client."""
        return self.any or starts_at < self.end or (client_id, local_date) in self.early


def reach(practice_id: UUID, amendment: Amendment, now: datetime, until: datetime) -> Reach:
    """How far a proposal reaches, within the time from `now` to `until`."""
    [(after, before)] = _rows(_LEADS, {"practice": practice_id})
    lead = amendment.lead or timedelta()
    begin = now - SPREAD_BACK - max(after, lead)
    end = until + MARGIN + max(before, lead)
    given = {"practice": practice_id, "until": until + MARGIN, "end": end}
    early = frozenset(_rows(_EARLY, given))
    return Reach(begin, end, until + MARGIN, early, any=amendment.tells_of_changes)


def clients(practice_id: UUID, reach: Reach) -> list[UUID]:
    """Whom a proposal can concern, in a stable order."""
    given = {
        "practice": practice_id,
        "begin": reach.begin,
        "end": reach.end,
        "until": reach.until,
    }
    return sorted(row[0] for row in _rows(_CLIENTS, given))


def unplanned(practice_id: UUID, batch: Sequence[UUID]) -> set[UUID]:
    """Those of these clients about whom something changed that is not planned for yet.

    Asked before their facts are read: what changes in between is seen as a change.
    """
    given = {"practice": practice_id, "clients": list(batch)}
    touched = {row[0] for row in _rows(_UNPLANNED, given)}
    return set(batch) if practice_id in touched else touched


def cases(
    practice_id: UUID,
    batch: Sequence[UUID],
    now: datetime,
    reach: Reach,
    unplanned: Collection[UUID],
) -> list[plan_facts.Case]:
    """What the planner would read of these clients, without the visits that are out of reach.

    Clients who are `unplanned` keep them all: a change of any visit may be told of at once.
    """
    asking = plan_facts.asking([practice_id], list(batch), now)
    rows: list[plan_facts.Row] | None = None
    while True:
        try:
            name, given = asking.send(rows)  # type: ignore[arg-type]  # None begins
        except StopIteration as read:
            found: list[plan_facts.Case] = read.value
            return found
        rows = _rows(statement("plan", name), given)
        if name == "visits":
            rows = [
                row for row in rows if row[0] in unplanned or reach.takes_in(row[0], row[5], row[8])
            ]


def stops(
    practice_id: UUID, addresses: Collection[str]
) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """Which kinds were stopped, by channel and address; an empty tuple stands for all."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    given = {"practice": practice_id, "addresses": sorted(addresses)}
    for channel, address, kinds in _rows(_STOPS, given):
        found[channel, address].append(tuple(kinds))
    return dict(found)


def first_names(batch: Iterable[UUID]) -> dict[UUID, str]:
    """What these clients are called."""
    return dict(_rows(_NAMES, {"clients": sorted(batch)}))


def _rows(query: str, given: Mapping[str, Any]) -> list[Any]:
    """Rows as psycopg gives them: bound by the server and binary, as Django's cursors are not."""
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
    ):
        cursor.execute(query, given, binary=True)
        return cursor.fetchall()
