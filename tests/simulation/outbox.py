"""What the outbox holds against what the oracle wants in it, to the instant; and planning again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.simulation import oracle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from tests.simulation.telling import Told
    from tests.simulation.truth import State

_WAITING = """
SELECT m.client_id, m.rule_id, m.kind, m.what, m.channel, m.status, m.hold, m.address, m.due_at,
       m.expires_at,
       ARRAY(SELECT b.appointment_id FROM messaging_messageabout b WHERE b.message_id = m.id
             ORDER BY b.appointment_id),
       ARRAY(SELECT b.sequence FROM messaging_messageabout b WHERE b.message_id = m.id
             ORDER BY b.appointment_id)
FROM messaging_message m
WHERE m.practice_id = %s AND m.status IN ('planned', 'held') AND m.expires_at > %s ORDER BY m.id
"""
_SNAPSHOT = (
    "SELECT m.*::text FROM messaging_message m ORDER BY m.id",
    "SELECT b.message_id, b.rule_id, b.step, b.appointment_id, b.sequence, b.recipient_id"
    " FROM messaging_messageabout b ORDER BY 1, 4",
)
GATES = ("messaging_off", "no_consent", "outside_hours", "waits_for_hours", "retrying")
"""What gates and carriers say of a message that the planner finds nothing wrong with."""


class Row(NamedTuple):
    client: UUID
    rule: UUID
    kind: str
    what: str
    channel: str
    status: str
    hold: str
    address: str
    due_at: datetime
    expires_at: datetime
    visits: list[UUID]
    sequences: list[int]

    @property
    def about(self) -> tuple[tuple[UUID, int], ...]:
        return tuple(sorted(zip(self.visits, self.sequences, strict=True)))


def differences(
    watch: psycopg.Connection, state: State, told: Told, now: datetime
) -> Iterator[str]:
    """Each way in which one practice's waiting messages are not what the oracle wants."""
    wanted: dict[tuple[Any, ...], oracle.Step] = {}
    for client in state.clients.values():
        for step in oracle.steps(state, client, told.of(client.id)):
            if step.expires > now:
                wanted[client.id, step.rule, step.about] = step
    for row in (Row(*r) for r in watch.execute(_WAITING, [state.id, now])):
        step_ = wanted.pop((row.client, row.rule, row.about), None)
        if step_ is None:
            yield f"nobody wants {row}"
        elif wrong := _wrong(state, row, step_, now):
            yield f"{wrong}: {row} against {step_}"
    for (client_id, *_), step in wanted.items():
        yield f"missing for {client_id}: {step}"


def _wrong(state: State, row: Row, step: oracle.Step, now: datetime) -> str:
    client = state.clients[row.client]
    value, invalid = oracle.address(client, step.channel)
    if (row.what, row.channel, row.address) != (step.what, step.channel, value):
        return "another message"
    if row.expires_at != step.expires:
        return "another end"
    hold = "no_address" if not value else "bad_address" if invalid else ""
    if not hold and step.due is None:
        hold = "outside_hours"
    if hold and (row.status, row.hold) != ("held", hold):
        return f"not held for {hold}"
    if not hold and row.hold:
        return _wrong_at_gate(state, row, step, now)
    return "" if row.due_at == (step.due or step.moment) else "due at another time"


def _wrong_at_gate(state: State, row: Row, step: oracle.Step, now: datetime) -> str:
    client = state.clients[row.client]
    if row.hold not in GATES:
        return "held for no reason"
    if step.due is None or row.due_at < step.due:
        return "due too early"
    if row.hold in ("messaging_off", "no_consent"):
        standing = oracle.held(state, client, step.channel, step.kind)
        if standing not in (row.hold, "stopped"):
            return "held for a reason that is gone"
    if row.hold in ("outside_hours", "waits_for_hours"):
        spans = oracle.quiets(state, oracle.zone_of(state, client), now)
        opening = next((e for b, e in spans if b <= now < e), None)
        if opening is None and row.due_at > now:
            return "waits for hours that have begun"
        if row.hold == "outside_hours" and (opening is None or opening < step.expires):
            return "held though there is still a moment"
    return ""


def snapshot(watch: psycopg.Connection) -> list[Any]:
    """All messages and what they are about, to be compared. `Any`: rows."""
    return [watch.execute(query).fetchall() for query in _SNAPSHOT]
