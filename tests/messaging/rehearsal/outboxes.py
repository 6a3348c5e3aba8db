"""The outbox as it was rehearsed beside the outbox as it is: what is due within 14 days."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.models import Message, MessageAbout
from carepost.messaging.rehearsal import propose, reading
from carepost.messaging.rehearsal.outbox import both
from carepost.messaging.rehearsal.run import AHEAD
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.rehearsal import Proposal


class Row(NamedTuple):
    """A waiting message, without the ids of what is not there before a change is made."""

    client_id: UUID
    kind: str
    what: str
    rule_id: str
    channel: str
    address: str
    status: str
    hold: str
    due_at: datetime
    expires_at: datetime
    about: tuple[tuple[UUID, int], ...]


def rehearsed(practice_id: UUID, proposal: Proposal, now: datetime) -> list[Row]:
    """What would wait with the proposal."""
    until = now + AHEAD
    with acting_for(practice_id):
        practice = Practice.objects.get(id=practice_id)
        amendment = propose.amendment(practice, proposal, now)
        reach = reading.reach(practice_id, amendment, now, until)
        everyone = reading.clients(practice_id, reach)
        unplanned = reading.unplanned(practice_id, everyone)
        rows = []
        for case in reading.cases(practice_id, everyone, now, reach, unplanned):
            for m in both(case, amendment.of(case.person), amendment, now)[1]:
                rule = "new" if amendment.is_new and m.rule_id == amendment.rule_id else m.rule_id
                rows.append(
                    Row(
                        case.person.client.id, m.kind, m.what, str(rule), m.channel, m.address,
                        m.status, m.hold, m.due_at, m.expires_at, tuple(sorted(m.about)),
                    )
                )  # fmt: skip
    return _near(rows, now)


def waiting(practice_id: UUID, now: datetime, new_rule: UUID | None = None) -> list[Row]:
    """What waits; the rule that was new when it was rehearsed is called so."""
    with acting_for(practice_id):
        about: dict[UUID, list[tuple[UUID, int]]] = {}
        for a in MessageAbout.objects.all():
            about.setdefault(a.message_id, []).append((a.appointment_id, a.sequence))
        rows = [
            Row(
                m.client_id, m.kind, m.what, "new" if m.rule_id == new_rule else str(m.rule_id),
                m.channel, m.address, m.status, m.hold, m.due_at, m.expires_at,
                tuple(sorted(about.get(m.id, []))),
            )
            for m in Message.objects.filter(status__in=["planned", "held"])
        ]  # fmt: skip
    return _near(rows, now)


def _near(rows: list[Row], now: datetime) -> list[Row]:
    return sorted((r for r in rows if r.expires_at > now and r.due_at < now + AHEAD), key=str)
