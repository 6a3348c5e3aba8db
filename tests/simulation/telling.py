"""Who has been told what, as it went: learnt from the moves of messages, one by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.simulation.oracle import Key

MOVES = """
WITH gone AS (DELETE FROM sim_moves RETURNING n, message_id, old, new)
SELECT g.old, g.new, m.id, m.practice_id, m.client_id, m.kind, m.what, m.channel, m.rule_id,
       m.address, m.hold, m."drop", m.due_at, m.expires_at, m.tries,
       ARRAY(SELECT b.appointment_id FROM messaging_messageabout b WHERE b.message_id = m.id
             ORDER BY b.appointment_id),
       ARRAY(SELECT b.sequence FROM messaging_messageabout b WHERE b.message_id = m.id
             ORDER BY b.appointment_id)
FROM gone g JOIN messaging_message m ON m.id = g.message_id ORDER BY g.n
"""

LEGAL = {
    "": "planned held",
    "planned": "sending held dropped expired",
    "held": "planned dropped expired",
    "sending": "sent planned failed uncertain delivered undelivered",
    "uncertain": "sent delivered undelivered planned needs_person",
    "needs_person": "sent delivered undelivered",
    "sent": "delivered undelivered no_receipt",
    "no_receipt": "delivered undelivered",
}
"""The moves that the design's picture shows, for what nobody touches by hand."""


class Move(NamedTuple):
    """One move of a message, and the message after its step."""

    old: str
    new: str
    id: UUID
    practice: UUID
    client: UUID
    kind: str
    what: str
    channel: str
    rule: UUID
    address: str
    hold: str
    drop: str
    due_at: datetime
    expires_at: datetime
    tries: int
    visits: list[UUID]
    sequences: list[int]

    @property
    def about(self) -> list[tuple[UUID, int]]:
        return list(zip(self.visits, self.sequences, strict=True))

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset((self.rule, v, s) for v, s in self.about)


class Telling(NamedTuple):
    """What a person had been told from a moment on; `index` as in the history."""

    index: int
    at: datetime
    told: frozenset[Key]


@dataclass
class Told:
    """What each person has been told: a key counts while its message is past waiting."""

    _by_message: dict[UUID, frozenset[Key]] = field(default_factory=dict)
    _messages: defaultdict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    tellings: defaultdict[UUID, list[Telling]] = field(default_factory=lambda: defaultdict(list))

    def of(self, client: UUID, but: UUID | None = None) -> frozenset[Key]:
        """All that a person has been told, but by one message."""
        found = [self._by_message[m] for m in self._messages[client] if m != but]
        return frozenset().union(*found)

    def moved(self, move: Move, index: int, at: datetime) -> None:
        """Take a move into account."""
        waits = move.new in ("planned", "held")
        if waits or not move.about:
            self._by_message.pop(move.id, None)
            self._messages[move.client].discard(move.id)
        else:
            self._by_message[move.id] = move.keys
            self._messages[move.client].add(move.id)
        told = self.of(move.client)
        tellings = self.tellings[move.client]
        if not tellings or tellings[-1].told != told:
            tellings.append(Telling(index, at, told))

    def lately(self, client: UUID, since: datetime) -> list[frozenset[Key]]:
        """What had been told at some time since then, the newest first."""
        found = []
        for telling in reversed(self.tellings[client]):
            found.append(telling.told)
            if telling.at <= since:
                return found
        return [*found, frozenset()]
