"""The record of the demo's past: messages, what they said, hand-overs and receipts, written down.

A message may only take the steps that the database lets it take, so it is planned, then moved.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import orjson
from django.db import connections

from carepost.config.demo import writing
from carepost.config.demo.speech import Speech
from carepost.ground import ids
from carepost.messaging.models import (
    Attempt,
    InFlight,
    Message,
    MessageAbout,
    PracticeLine,
    Receipt,
)

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID

    from carepost.config.demo.diary import Kept, Stand
    from carepost.config.demo.fates import Fate, Tried
    from carepost.config.demo.setting import Setting
    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.compose import About
    from carepost.messaging.outbound.wanted import Wanted

Rows = list[tuple[Any, ...]]  # as a table holds them

_LOOK_AFTER = timedelta(hours=6)
"""How long the demo's uncertain message stays so before the carrier is asked."""

_FIRST = f"""
UPDATE messaging_message m SET status = CASE WHEN s.becomes IN ('dropped', 'expired')
  THEN s.becomes ELSE 'sending' END
FROM {writing.STAGE} s WHERE m.id = s.id AND s.becomes <> 'planned'
"""  # noqa: S608 -- a name of ours
_SECOND = f"""
UPDATE messaging_message m SET status = CASE s.becomes WHEN 'no_receipt' THEN 'sent'
  WHEN 'needs_person' THEN 'uncertain' ELSE s.becomes END
FROM {writing.STAGE} s WHERE m.id = s.id AND s.becomes NOT IN ('dropped', 'expired', 'planned')
"""  # noqa: S608
_THIRD = f"""
UPDATE messaging_message m SET status = s.becomes
FROM {writing.STAGE} s WHERE m.id = s.id AND s.becomes IN ('no_receipt', 'needs_person')
"""  # noqa: S608


class Book:
    """Gathers what became of messages, a batch of clients at a time, and writes it down."""

    def __init__(self, setting: Setting, now: datetime, chance: Random) -> None:
        self.setting, self.chance, self._now = setting, chance, now
        self.count = 0
        self._lines = dict(PracticeLine.objects.values_list("id", "line_id"))
        self._speech = Speech(setting)
        self._db = connections["default"]
        self._writer = ThreadPoolExecutor(1, "writer")
        self._written: Future[None] | None = None
        self._clear()

    def __enter__(self) -> Self:
        self._db.inc_thread_sharing()
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.shutdown()
        self._db.dec_thread_sharing()

    def _clear(self) -> None:
        self._messages: Rows = []
        self._about: Rows = []
        self._attempts: Rows = []
        self._receipts: Rows = []
        self._flights: Rows = []

    def write(self, person: Person, kept: Kept, stand: Stand, want: Wanted, found: Fate) -> None:
        """Take down one message of a client of the batch."""
        practice = self.setting.practice_id
        planned_at = min(stand.at + timedelta(seconds=1), want.due_at)
        id_ = ids.new(planned_at, self.chance)
        ref = ""
        if found.tried:
            about = self._speech.about(person, kept, stand, want)
            for number, tried in enumerate(found.tried, 1):
                ref = self._attempt(id_, want, found, about, number, tried)
        self._messages.append(
            (
                id_, practice, want.kind, want.what, want.channel, found.hold,
                found.drop, want.rule_id, want.client_id, want.point_id, want.address,
                want.line_id, want.lane_id, want.template_id, found.due_at, want.expires_at,
                len(found.tried), planned_at, found.sent_at, found.settled_at, ref,
                found.code, found.words, _trace(want, found), found.status,
            )
        )  # fmt: skip
        self._about.append(
            (
                ids.new(planned_at, self.chance), practice, id_, want.rule_id, kept.id,
                stand.sequence, want.client_id,
            )
        )  # fmt: skip

    def close(self) -> None:
        """Have the batch written, while the next is thought out; waits for the one before."""
        self.wait()
        rows = (self._messages, self._about, self._attempts, self._receipts, self._flights)
        self.count += len(self._messages)
        self._clear()
        self._written = self._writer.submit(self._save, *rows)

    def wait(self) -> None:
        """Wait until all that was closed is written. Raises what went wrong with it."""
        if self._written is not None:
            self._written.result()
            self._written = None

    def _save(
        self, messages: Rows, about: Rows, attempts: Rows, receipts: Rows, flights: Rows
    ) -> None:
        db = self._db
        with writing.staged(db, Message, _MESSAGE, messages, {"becomes": "text"}):
            writing.move_in(db, Message, _MESSAGE, {"status": "'planned'"})
            with db.cursor() as cursor:
                for statement in (_FIRST, _SECOND, _THIRD):
                    cursor.execute(statement)
        writing.insert(MessageAbout, _ABOUT, about, db)
        writing.insert(Attempt, _ATTEMPT, attempts, db)
        writing.insert(Receipt, _RECEIPT, receipts, db)
        writing.insert(InFlight, _FLIGHT, flights, db)
        writing.check(db)

    def _attempt(
        self, message: UUID, want: Wanted, found: Fate, about: About, number: int, tried: Tried
    ) -> str:
        """Take down one hand-over; gives the carrier's reference."""
        practice, id_ = self.setting.practice_id, ids.new(tried.at, self.chance)
        sealed = self._speech.sealed(about, tried.at, want.client_id, id_)
        ref, took = "", tried.at + timedelta(milliseconds=400)
        if tried.outcome == "accepted":
            mail = f"<{message}@riverside.example.com>"
            ref = mail if want.channel == "email" else f"SM{self.chance.getrandbits(128):032x}"
        self._attempts.append(
            (
                id_, practice, message, number, want.line_id, want.address, sealed, tried.at,
                tried.outcome, ref, tried.code, tried.words, took,
            )
        )  # fmt: skip
        if tried.event and tried.heard_at:
            why = (found.code, found.words) if tried.event == "undelivered" else ("", "")
            at = tried.heard_at
            self._receipts.append(
                (
                    ids.new(at, self.chance),
                    practice,
                    id_,
                    at,
                    tried.event,
                    ref,
                    *why,
                    tried.blame,
                    at,
                )
            )
        if found.status == "uncertain" and want.line_id:
            self._flights.append(
                (
                    id_, practice, message, self._lines[want.line_id], want.address, tried.at, took,
                    took, self._now + _LOOK_AFTER,
                )
            )  # fmt: skip
        return ref


def _trace(want: Wanted, found: Fate) -> str | None:
    trace: dict[str, Any] = {"was": want.was} if want.was else {}
    if found.asked_at:
        trace |= {"at": found.asked_at.isoformat(), "gates": found.gates}
    return orjson.dumps(trace).decode() if trace else None


_MESSAGE = (
    "id", "practice_id", "kind", "what", "channel", "hold", "drop", "rule_id", "client_id",
    "contact_point_id", "address", "line_id", "lane_id", "template_id", "due_at", "expires_at",
    "tries", "planned_at", "sent_at", "settled_at", "carrier_ref", "error_code", "error_words",
    "trace",
)  # fmt: skip
_ABOUT = (
    "id", "practice_id", "message_id", "rule_id", "appointment_id", "sequence", "recipient_id",
)  # fmt: skip
_ATTEMPT = (
    "id", "practice_id", "message_id", "number", "line_id", "address", "sealed", "at", "outcome",
    "carrier_ref", "code", "words", "settled_at",
)  # fmt: skip
_RECEIPT = (
    "id", "practice_id", "attempt_id", "at", "event", "carrier_ref", "code", "words", "blame",
    "applied_at",
)  # fmt: skip
_FLIGHT = (
    "id", "practice_id", "message_id", "line_id", "address", "since", "lease_until",
    "uncertain_since", "look_at",
)  # fmt: skip
