"""One call of the API: for whom it acts, and when it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest

from carepost.practice import audit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.tokens import Bearer


@dataclass(frozen=True, slots=True)
class Call:
    """What a view knows of whoever asks. `now` is the one moment at which all of it happens."""

    bearer: Bearer
    now: datetime

    @property
    def practice_id(self) -> UUID:
        return self.bearer.practice_id

    @property
    def actor(self) -> audit.Actor:
        return audit.Actor("token", self.bearer.token_id)

    def has_read(self, kind: str, ids: Iterable[UUID]) -> None:
        """Write down that records of people were read (RULES E3): one entry, with their ids."""
        read = list(ids)
        if len(read) == 1:
            audit.record(self.practice_id, self.actor, f"{kind}.read", kind, read[0])
        elif read:
            audit.record(
                self.practice_id, self.actor, f"{kind}.read", kind, ids=[str(i) for i in read]
            )


class ApiRequest(HttpRequest):
    """A request that came in by the door."""

    call: Call
