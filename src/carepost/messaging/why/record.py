"""What is on record of one message, as plain values: five statements, one more while planned."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from carepost.messaging import sayings
from carepost.messaging.hours import zone_of
from carepost.messaging.models import Message
from carepost.messaging.outbox import facts_now
from carepost.messaging.status import Status
from carepost.messaging.why import fate
from carepost.practice.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID
    from zoneinfo import ZoneInfo

_VISITS = """
SELECT a.id, b.sequence, a.sequence, a.status, a.local_date, a.local_time, a.zone, t.name
FROM messaging_messageabout b
JOIN appointments_appointment a ON a.id = b.appointment_id
JOIN appointments_appointmenttype t ON t.id = a.type_id
WHERE b.message_id = %(message)s ORDER BY a.starts_at, a.id
"""
_ATTEMPTS = """
SELECT a.id, a.number, a.at, a.outcome, a.code, a.words, a.carrier_ref, a.settled_at,
       r.at, r.event, r.code, r.words
FROM messaging_attempt a LEFT JOIN messaging_receipt r ON r.attempt_id = a.id
WHERE a.message_id = %(message)s ORDER BY a.number, a.id, r.at, r.id
"""
_DEEDS = """
SELECT e.at, e.action, e.actor_kind, coalesce(nullif(m.name, ''), u.email, t.name, ''), e.detail
FROM practice_auditentry e
LEFT JOIN practice_member m ON e.actor_kind = 'member' AND m.id = e.actor_id
LEFT JOIN practice_user u ON u.id = m.user_id
LEFT JOIN practice_apitoken t ON e.actor_kind = 'token' AND t.id = e.actor_id
WHERE e.practice_id = %(practice)s AND e.subject_id = %(message)s
  AND e.action = ANY(%(actions)s)
ORDER BY e.at, e.id
"""
ACTIONS = (
    "message.send_now", "message.move", "message.cancel", "message.restore", "message.retry",
    "message.retry_by", "message.instead_of", "message.decide", "message.edit_words",
    "message.reset_words", "message.test",
)  # fmt: skip
"""The audit entries that belong to a message's story; those of reading it do not."""


class VisitSaid(NamedTuple):
    """A visit that the message is about: as it was told, and as it is now."""

    id: UUID
    told_sequence: int
    sequence: int
    status: str
    local: datetime
    zone: str
    type_name: str


class ReceiptSaid(NamedTuple):
    """A carrier's later word."""

    at: datetime
    event: str
    code: str
    words: str


class AttemptSaid(NamedTuple):
    """One hand-over, and what was heard of it. An empty outcome: it is open."""

    id: UUID
    number: int
    at: datetime
    outcome: str
    code: str
    words: str
    carrier_ref: str
    settled_at: datetime | None
    receipts: list[ReceiptSaid]


class Deed(NamedTuple):
    """What somebody did about the message. `who` is a name; empty where none is known."""

    at: datetime
    action: str
    actor_kind: str
    who: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """All that its story is told from. `fate`: of a planned message, as things stand."""

    message: Message
    now: datetime
    zone: ZoneInfo  # the practice's, in which times are told
    their_zone: ZoneInfo  # the recipient's, in which hours are kept
    name: str = ""  # the recipient's first name; empty for a member
    rule: str = ""  # the rule's sentence
    visits: list[VisitSaid] = field(default_factory=list)
    attempts: list[AttemptSaid] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    address_invalid: bool = False
    fate: fate.Fate | None = None


def read(practice_id: UUID, message_id: UUID, now: datetime) -> Record:
    """The record, in the caller's transaction. Raises NotFound."""
    message = (
        Message.objects.select_related("rule", "client", "practice", "contact_point")
        .filter(practice_id=practice_id, id=message_id)
        .first()
    )
    if message is None:
        raise NotFound("There is no such message.")
    given = {"practice": practice_id, "message": message_id, "actions": list(ACTIONS)}
    rule, client, practice = message.rule, message.client, message.practice
    return Record(
        message=message,
        now=now,
        zone=zone_of(practice.timezone),
        their_zone=zone_of((client.timezone if client else "") or practice.timezone),
        name=client.first_name if client else "",
        rule=sayings.of_rules([rule])[rule.id] if rule else "",
        visits=[_visit(row) for row in _rows(_VISITS, given)],
        attempts=_attempts(_rows(_ATTEMPTS, given)),
        deeds=[Deed(*(*row[:4], json.loads(row[4]))) for row in _rows(_DEEDS, given)],
        address_invalid=bool(message.contact_point and message.contact_point.invalid_since),
        fate=_fate(message, now),
    )


def _rows(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _visit(row: tuple[Any, ...]) -> VisitSaid:
    identity, told, sequence, status, day, clock, zone, type_name = row
    return VisitSaid(
        identity, told, sequence, status, datetime.combine(day, clock), zone, type_name
    )


def _attempts(rows: list[tuple[Any, ...]]) -> list[AttemptSaid]:
    found: dict[UUID, AttemptSaid] = {}
    for row in rows:
        attempt = found.setdefault(row[0], AttemptSaid(*(*row[:8], [])))
        if row[8] is not None:
            attempt.receipts.append(ReceiptSaid(*row[8:]))
    return list(found.values())


def _fate(message: Message, now: datetime) -> fate.Fate | None:
    if message.status != Status.PLANNED:
        return None
    return fate.of(facts_now.rows_of([message.id])[message.id], now)
