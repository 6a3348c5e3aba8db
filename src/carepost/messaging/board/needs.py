"""What needs somebody: lines in trouble, messages gone wrong, visits whose client hears nothing.

1. Lines whose carrier complains: everything on them waits.
2. Messages that failed, did not arrive, or are in doubt, of the last days.
3. Messages held for what a person must mend, due about now.
4. Visits of the next days whose client will not hear from us for want of a message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext

from carepost.appointments import own
from carepost.messaging.reasons import sentence
from carepost.messaging.why import mending, will_hear_of
from carepost.messaging.why.mending import Mend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.why import Hearing

LATELY = timedelta(days=3)
SOON = timedelta(days=2)
MOST = 100
"""So many of each sort are read; a list that long is worked off from its top."""

MENDED_BY_A_PERSON = (
    "no_address", "bad_address", "no_line", "line_trouble", "no_consent",
    "no_credit", "wording",
)  # fmt: skip
_FOUND = """
SELECT 'line' AS sort, u.id, '' AS status, '' AS hold, l.trouble AS words,
       %(now)s::timestamptz AS at, NULL::timestamptz AS expires_at,
       NULL::uuid AS client_id, '' AS first_name, '' AS last_name, false AS invalid,
       u.rank, u.channel
FROM messaging_practiceline u JOIN messaging_line l ON l.id = u.line_id
WHERE u.practice_id = %(practice)s AND l.active AND l.trouble <> ''
UNION ALL
SELECT 'message', m.id, m.status, m.hold, m.error_words, m.due_at, m.expires_at,
       m.client_id, coalesce(c.first_name, ''), coalesce(c.last_name, ''),
       p.invalid_since IS NOT NULL, 0, ''
FROM (
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s {messages} AND status = 'needs_person'
   ORDER BY due_at LIMIT %(most)s)
  UNION ALL
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s {messages} AND status = 'failed' AND due_at > %(since)s
   ORDER BY due_at LIMIT %(most)s)
  UNION ALL
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s {messages} AND status = 'undelivered' AND due_at > %(since)s
   ORDER BY due_at LIMIT %(most)s)
  UNION ALL
  (SELECT * FROM messaging_message
   WHERE practice_id = %(practice)s {messages} AND status = 'held' AND hold = ANY(%(holds)s)
     AND due_at > %(since)s AND due_at <= %(soon)s
   ORDER BY due_at LIMIT %(most)s)) m
LEFT JOIN people_client c ON c.id = m.client_id
LEFT JOIN people_contactpoint p ON p.id = m.contact_point_id
UNION ALL
(SELECT 'visit', a.id, '', '', '', a.starts_at, NULL,
        a.client_id, c.first_name, c.last_name, false, 0, ''
 FROM appointments_appointment a JOIN people_client c ON c.id = a.client_id
 WHERE a.practice_id = %(practice)s {visits} AND a.starts_at > %(now)s AND a.starts_at <= %(soon)s
   AND a.status = 'booked'
   AND NOT EXISTS (
     SELECT 1 FROM messaging_messageabout b JOIN messaging_message m ON m.id = b.message_id
     WHERE b.practice_id = a.practice_id AND b.appointment_id = a.id AND b.sequence = a.sequence
       AND m.status NOT IN ('dropped', 'expired'))
 ORDER BY a.starts_at, a.id LIMIT %(most)s)
"""
"""All in one statement: it stands on the page that everybody lands on."""


class _Found(NamedTuple):
    """A row of it. `sort`: line, message or visit; what it has not is empty."""

    sort: str
    id: UUID
    status: str
    hold: str
    words: str
    at: datetime
    expires_at: datetime | None
    client_id: UUID | None
    first_name: str
    last_name: str
    invalid: bool
    rank: int
    channel: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


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
    """The most pressing first. `total`: how many there are; `more` than were counted.

    `heard`: of the visits that were asked about too, whether their clients hear of them.
    """

    rows: list[Need]
    total: int
    more: bool
    heard: dict[UUID, Hearing] = field(default_factory=dict)


def needs(
    practice_id: UUID,
    now: datetime,
    first: int = 50,
    own_of: UUID | None = None,
    also: Iterable[UUID] = (),
) -> Needs:
    """What needs somebody now, the `first` of it. Four statements at most.

    `own_of`: only what is about the own clients of this member, and the lines. `also`: visits of
    which a page shows whether their clients hear of them; they are asked about at the same time.
    """
    given = {
        "practice": practice_id,
        "now": now,
        "since": now - LATELY,
        "soon": now + SOON,
        "most": MOST,
        "holds": list(MENDED_BY_A_PERSON),
        "own": own_of,
    }
    rows = _rows(
        _FOUND.format(
            messages=own.among("client_id", own_of), visits=own.among("a.client_id", own_of)
        ),
        given,
    )
    lines = sorted((row for row in rows if row.sort == "line"), key=lambda r: (r.channel, r.rank))
    messages = [row for row in rows if row.sort == "message"]
    visits = sorted((row for row in rows if row.sort == "visit"), key=lambda r: (r.at, r.id))
    also = list(also)
    heard = will_hear_of(practice_id, {*also, *(row.id for row in visits)}, now)
    found = [Need("line", row.words, now, Mend("look_at_line"), line_id=row.id) for row in lines]
    found += sorted((_message(row, now) for row in messages), key=lambda n: (_rank(n), n.at))
    found += _unheard(visits, heard)
    more = len(messages) >= MOST or len(visits) >= MOST
    asked = {id_: heard[id_] for id_ in also if id_ in heard}
    return Needs(found[:first], len(found), more, asked)


def _rank(need: Need) -> int:
    return ("needs_person", "failed", "undelivered", "held").index(need.code)


def _message(row: _Found, now: datetime) -> Need:
    mend: Mend | None
    if row.status == "held":
        said, mend = sentence(row.hold), mending.of_hold(row.hold)
    elif row.status == "needs_person":
        said = gettext("It is not certain whether this message left.")
        mend = Mend("decide")
    else:
        said = f"{gettext('The message did not arrive.')} {row.words}".rstrip()
        mend = None
        if row.expires_at and row.expires_at > now:
            mend = Mend("correct_address" if row.invalid else "retry")
    return Need(row.status, said, row.at, mend, row.client_id, row.name, message_id=row.id)


def _unheard(visits: Iterable[_Found], hearing: Mapping[UUID, Hearing]) -> Iterator[Need]:
    for visit in visits:
        heard = hearing[visit.id]
        if heard.tone in ("warn", "ill"):
            yield Need(
                "unheard", heard.sentence, visit.at, heard.mend, visit.client_id, visit.name,
                appointment_id=visit.id,
            )  # fmt: skip


def _rows(query: str, given: dict[str, Any]) -> list[_Found]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [_Found(*row) for row in cursor.fetchall()]
