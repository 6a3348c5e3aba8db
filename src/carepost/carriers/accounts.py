"""Lines' accounts as callbacks need them: looked up rarely, in a thread, by Django's own ways."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.db import connection

from carepost.carriers import forgeries
from carepost.ground import clock
from carepost.messaging import lines
from carepost.messaging.models import Line
from carepost.practice import tenancy

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.messaging.carrier import Account

KEPT_SECONDS = 5.0
"""How long an account is kept: a changed token is used by then."""


@dataclass(frozen=True, slots=True)
class Known:
    """A line's carrier and account, and until when (monotonic seconds) it is good."""

    carrier: str
    account: Account
    until: float


class Accounts:
    """Keeps what it looked up a moment, in memory only: accounts are secret."""

    def __init__(self) -> None:
        self._kept: dict[UUID, Known] = {}

    def kept(self, line_id: UUID) -> Known | None:
        """A line's carrier and account, if looked up a moment ago."""
        known = self._kept.get(line_id)
        return known if known is not None and known.until > time.monotonic() else None

    async def look_up(self, practice_id: UUID, line_id: UUID) -> Known:
        """The same, from the database. Raises Django's database errors when it is away."""
        now = time.monotonic()
        self._kept = {k: v for k, v in self._kept.items() if v.until > now}
        carrier, account = await sync_to_async(_read, thread_sensitive=False)(practice_id, line_id)
        known = self._kept[line_id] = Known(carrier, account, now + KEPT_SECONDS)
        return known

    async def note_forgery(self, practice_id: UUID, line_id: UUID) -> None:
        """Write down that a callback to this line was forged. See `forgeries.note`."""
        await sync_to_async(_note, thread_sensitive=False)(practice_id, line_id)


def _read(practice_id: UUID, line_id: UUID) -> tuple[str, Account]:
    try:
        with tenancy.acting_for(practice_id):
            carrier = Line.objects.values_list("carrier", flat=True).get(pk=line_id)
            return carrier, lines.account_of(line_id)
    finally:
        connection.close()  # the thread is one of a pool and may not come again


def _note(practice_id: UUID, line_id: UUID) -> None:
    try:
        forgeries.note(practice_id, line_id, clock.now())
    finally:
        connection.close()
