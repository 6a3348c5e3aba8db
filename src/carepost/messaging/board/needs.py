"""What needs somebody: lines in trouble, messages gone wrong, visits whose client hears nothing.

1. Lines whose carrier complains: everything on them waits.
2. Messages that failed, did not arrive, or are in doubt, of the last days.
3. Messages held for what a person must mend, due about now.
4. Visits of the next days whose client will not hear from us for want of a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext

from carepost.messaging.lines import lines_of
from carepost.messaging.reasons import sentence
from carepost.messaging.why import mending, will_hear_of
from carepost.messaging.why.mending import Mend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

LATELY = timedelta(days=3)
SOON = timedelta(days=2)
MOST = 100
"""So many of each sort are read; a list that long is worked off from its top."""

MENDED_BY_A_PERSON = (
    "no_address", "bad_address", "no_line", "line_trouble", "no_consent",
    "no_credit", "wording",
)  # fmt: skip
_MESSAGES = """
SELECT m.id, m.status, m.hold, m.error_words, m.due_at, m.expires_at, m.client_id,
       coalesce(c.first_name, ''), coalesce(c.last_name, ''), p.invalid_since IS NOT NULL
FROM (
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s AND status = 'needs_person' ORDER BY due_at LIMIT %(most)s)
  UNION ALL
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s AND status = 'failed' AND due_at > %(since)s
   ORDER BY due_at LIMIT %(most)s)
  UNION ALL
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s AND status = 'undelivered' AND due_at > %(since)s
   ORDER BY due_at LIMIT %(most)s)
  UNION ALL
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s AND status = 'held' AND hold = ANY(%(holds)s)
     AND due_at > %(since)s AND due_at <= %(soon)s
   ORDER BY due_at LIMIT %(most)s)) m
LEFT JOIN people_client c ON c.id = m.client_id
LEFT JOIN people_contactpoint p ON p.id = m.contact_point_id
"""
_VISITS = """
SELECT a.id, a.starts_at, a.client_id, c.first_name, c.last_name
FROM appointments_appointment a JOIN people_client c ON c.id = a.client_id
WHERE a.practice_id = %(practice)s AND a.starts_at > %(now)s AND a.starts_at <= %(soon)s
  AND a.status = 'booked'
  AND NOT EXISTS (
    SELECT 1 FROM messaging_messageabout b JOIN messaging_message m ON m.id = b.message_id
    WHERE b.practice_id = a.practice_id AND b.appointment_id = a.id AND b.sequence = a.sequence
      AND m.status NOT IN ('dropped', 'expired'))
ORDER BY a.starts_at, a.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to see to. `code`: line, needs_person, failed, undelivered, held, unheard.

    `sentence` says what is wrong, `mend` what mends it; `at` is when the message was or is due, or
    the visit. Ids are None, names empty, where it is about none of them.
    """

    code: str
    sentence: str
    at: datetime
    mend: Mend | None
    client_id: UUID | None = None
    name: str = ""
    message_id: UUID | None = None
    appointment_id: UUID | None = None
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The most pressing first. `total`: how many there are; `more` than were counted."""

    rows: list[Need]
    total: int
    more: bool


def needs(practice_id: UUID, now: datetime, first: int = 50) -> Needs:
    """What needs somebody now, the `first` of it. Five statements at most."""
    given = {
        "practice": practice_id,
        "now": now,
        "since": now - LATELY,
        "soon": now + SOON,
        "most": MOST,
        "holds": list(MENDED_BY_A_PERSON),
    }
    messages = _rows(_MESSAGES, given)
    visits = _rows(_VISITS, given)
    found = [*_lines(practice_id, now)]
    found += sorted((_message(row, now) for row in messages), key=lambda n: (_rank(n), n.at))
    found += _unheard(practice_id, visits, now)
    return Needs(found[:first], len(found), len(messages) >= MOST or len(visits) >= MOST)


def _rank(need: Need) -> int:
    return ("needs_person", "failed", "undelivered", "held").index(need.code)


def _lines(practice_id: UUID, now: datetime) -> Iterator[Need]:
    for use in lines_of(practice_id):
        if use.line.trouble:
            mend = Mend("look_at_line")
            yield Need("line", use.line.trouble, now, mend, line_id=use.id)


def _message(row: tuple[Any, ...], now: datetime) -> Need:
    message, status, hold, words, due_at, expires_at, client, first, last, invalid = row
    mend: Mend | None
    if status == "held":
        said, mend = sentence(hold), mending.of_hold(hold)
    elif status == "needs_person":
        said = gettext("It is not certain whether this message left.")
        mend = Mend("decide")
    else:
        said = f"{gettext('The message did not arrive.')} {words}".rstrip()
        mend = None
        if expires_at > now:
            mend = Mend("correct_address" if invalid else "retry")
    return Need(status, said, due_at, mend, client, f"{first} {last}".strip(), message_id=message)


def _unheard(practice_id: UUID, visits: list[tuple[Any, ...]], now: datetime) -> Iterator[Need]:
    hearing = will_hear_of(practice_id, [row[0] for row in visits], now)
    for visit, starts_at, client, first, last in visits:
        heard = hearing[visit]
        if heard.tone in ("warn", "ill"):
            name = f"{first} {last}".strip()
            yield Need(
                "unheard", heard.sentence, starts_at, heard.mend, client, name,
                appointment_id=visit,
            )  # fmt: skip


def _rows(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
