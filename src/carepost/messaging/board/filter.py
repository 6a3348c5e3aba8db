"""What a list of messages may be asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models.expressions import RawSQL

from carepost.appointments import own
from carepost.messaging.models import Message
from carepost.messaging.status import Status
from carepost.people import finding
from carepost.people.models import Client

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

TROUBLE = "trouble"
TROUBLES = (Status.FAILED, Status.UNDELIVERED, Status.NEEDS_PERSON)
"""The states that stand behind "trouble": somebody should look."""

PEOPLE = 500
"""So many clients at most are looked for by name: words that fit more are too few."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty or None: not asked. `state`: a status, or TROUBLE. From `due_from` until before
    `due_until`. `words`: of a client's name, number or address. `own_of`: a member whose own
    clients alone are meant."""

    state: str = ""
    kind: str = ""
    channel: str = ""
    rule_id: UUID | None = None
    client_id: UUID | None = None
    due_from: datetime | None = None
    due_until: datetime | None = None
    words: str = ""
    own_of: UUID | None = None
    people: tuple[UUID, ...] | None = None  # whom `words` fit, where they were looked for already

    @property
    def anything(self) -> bool:
        """Whether anything is asked; whose clients one sees is not asked."""
        return replace(self, own_of=None) != Filter()

    @property
    def of_few(self) -> bool:
        """Whether it is of few people: their messages are all read, and all counted."""
        return bool(self.words or self.client_id or self.own_of)

    def rows(self, practice_id: UUID) -> QuerySet[Message]:
        """The messages asked for, in no order. With words, people are looked for at once."""
        asked = {
            "kind": self.kind,
            "channel": self.channel,
            "rule_id": self.rule_id,
            "client_id": self.client_id,
            "due_at__gte": self.due_from,
            "due_at__lt": self.due_until,
        }
        rows = Message.objects.filter(practice_id=practice_id)
        rows = rows.filter(**{name: value for name, value in asked.items() if value})
        if self.state == TROUBLE:
            rows = rows.filter(status__in=TROUBLES)
        elif self.state:
            rows = rows.filter(status=self.state)
        if self.own_of:
            rows = rows.filter(own.narrowed(practice_id, self.own_of, "client_id"))
        # Looked for apart: within, PostgreSQL takes them for many, and walks all messages instead.
        people = self.looked_up(practice_id).people
        if people is not None:
            those = RawSQL("SELECT unnest(%s::uuid[])", (list(people),))
            rows = rows.filter(client_id__in=those)
        return rows

    def looked_up(self, practice_id: UUID) -> Filter:
        """The same, its words looked for once: for whoever reads by it more than once."""
        if not self.words or self.people is not None:
            return self
        return replace(self, people=tuple(self._found(practice_id).values_list("id", flat=True)))

    def _found(self, practice_id: UUID) -> QuerySet[Client]:
        clients = Client.objects.filter(practice_id=practice_id)
        if self.own_of:
            clients = clients.filter(own.narrowed(practice_id, self.own_of, "id"))
        return finding.matching(clients, self.words).order_by("id")[:PEOPLE]
