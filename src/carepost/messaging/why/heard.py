"""Which visits there are, and what was or will be said of each: read for a whole list at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from carepost.messaging.facts import RuleFacts, Visit
from carepost.messaging.models import Rule
from carepost.messaging.outbox import facts_now
from carepost.messaging.status import Status
from carepost.messaging.why import fate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

_VISITS = """
SELECT a.id, a.type_id, a.practitioner_id, a.place_id, a.local_date, a.local_time, a.zone,
       a.starts_at, a.status, a.sequence, a.scheduled_at, a.client_id, c.first_name, p.timezone,
       m.id, m.status, m.kind, m.channel, m.hold, m."drop", m.due_at, m.sent_at, m.error_words
FROM appointments_appointment a
JOIN people_client c ON c.id = a.client_id
JOIN practice_practice p ON p.id = a.practice_id
LEFT JOIN messaging_messageabout b
  ON b.practice_id = a.practice_id AND b.appointment_id = a.id AND b.sequence = a.sequence
LEFT JOIN messaging_message m ON m.id = b.message_id
WHERE a.practice_id = %(practice)s AND {which}
ORDER BY a.starts_at, a.id, m.due_at, m.id
"""
OF_VISITS = _VISITS.format(which="a.id = ANY(%(ids)s)")
OF_CLIENTS = _VISITS.format(
    which="""a.id IN (
  SELECT n.id FROM unnest(%(ids)s::uuid[]) AS w(client_id) CROSS JOIN LATERAL (
    SELECT x.id FROM appointments_appointment x
    WHERE x.practice_id = %(practice)s AND x.client_id = w.client_id AND x.starts_at > %(now)s
      AND x.status IN ('booked', 'confirmed')
    ORDER BY x.starts_at, x.id LIMIT 1) n)"""
)
_VISIT_COLUMNS = 11


class Said(NamedTuple):
    """One message about a visit. `fate` is of one that is planned, as things stand."""

    id: UUID
    status: str
    kind: str
    channel: str
    hold: str
    drop: str
    due_at: datetime
    sent_at: datetime | None
    error_words: str
    fate: fate.Fate | None = None


class Heard(NamedTuple):
    """A visit, whose it is, and all messages about it as it is now, by their time."""

    visit: Visit
    client_id: UUID
    name: str
    zone_name: str
    messages: list[Said]


def of(query: str, practice_id: UUID, ids: Iterable[UUID], now: datetime) -> list[Heard]:
    """Visits by their time, in one statement, and one more where messages are planned.

    `query`: OF_VISITS, or OF_CLIENTS (the next visit of each).
    """
    wanted = list(ids)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, {"practice": practice_id, "ids": wanted, "now": now})
        rows = cursor.fetchall()
    found: dict[UUID, Heard] = {}
    for row in rows:
        heard = found.get(row[0])
        if heard is None:
            client, name, zone = row[_VISIT_COLUMNS : _VISIT_COLUMNS + 3]
            heard = found[row[0]] = Heard(Visit(*row[:_VISIT_COLUMNS]), client, name, zone, [])
        if row[_VISIT_COLUMNS + 3] is not None:
            heard.messages.append(Said(*row[_VISIT_COLUMNS + 3 :]))
    return _with_fates(list(found.values()), now)


def _with_fates(heard: list[Heard], now: datetime) -> list[Heard]:
    planned = [m.id for h in heard for m in h.messages if m.status == Status.PLANNED]
    rows = facts_now.rows_of(planned)
    return [
        h._replace(
            messages=[
                m._replace(fate=fate.of(rows[m.id], now)) if m.id in rows else m for m in h.messages
            ]
        )
        for h in heard
    ]


def rules_of(practice_id: UUID) -> list[RuleFacts]:
    """The practice's active rules, oldest first."""
    rows = Rule.objects.filter(practice_id=practice_id, active=True)
    return [
        RuleFacts(
            id=r.id,
            kind=r.kind,
            channel=r.channel,
            when=r.when,
            days=r.days,
            seconds=r.seconds,
            at_time=r.at_time,
            types=frozenset(r.types),
            practitioners=frozenset(r.practitioners),
            places=frozenset(r.places),
            skip_if_confirmed=r.skip_if_confirmed,
            since=r.since,
        )
        for r in rows.order_by("created_at", "id")
    ]
