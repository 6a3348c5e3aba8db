"""What a list of messages may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    `due_until`. `words`: of a client's name, number or address."""

    state: str = ""
    kind: str = ""
    channel: str = ""
    rule_id: UUID | None = None
    client_id: UUID | None = None
    due_from: datetime | None = None
    due_until: datetime | None = None
    words: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything is asked."""
        return self != Filter()

    def rows(self, practice_id: UUID) -> QuerySet[Message]:
        """The messages asked for, in no order."""
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
        if self.words:
            people = finding.matching(Client.objects.filter(practice_id=practice_id), self.words)
            rows = rows.filter(client_id__in=people.order_by("id").values("id")[:PEOPLE])
        return rows
