"""Which visits of an import another visit of the same practitioner is in the way of: all at once.

Such a visit is kept and flagged, never refused: those people need their reminder too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Fate

LONGEST = timedelta(days=1)
OVERLAPS = "The practitioner has another visit at that time. Both were kept."

# No visit is longer than a day: without this the index by start would be read from its beginning.
# The rest is done here: under row-level security an index serves no operator that might leak, and
# that of overlapping ranges might.
_THERE = """
SELECT practitioner_id, id, starts_at, ends_at FROM appointments_appointment
WHERE practice_id = %s AND starts_at > %s AND starts_at < %s AND practitioner_id = ANY (%s)
  AND (exclusive OR "overlaps") AND status IN ('booked', 'confirmed')
ORDER BY starts_at, id
"""

# Those that nobody is in the way of any more have their time to themselves again.
_CLEARED = """
UPDATE appointments_appointment a SET "overlaps" = false, exclusive = true
WHERE a.practice_id = %(practice)s AND a.source = %(source)s AND a.overlaps
  AND a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed')
  AND NOT EXISTS (
    SELECT FROM appointments_appointment b
    WHERE b.practice_id = a.practice_id AND b.practitioner_id = a.practitioner_id AND b.id <> a.id
      AND (b.exclusive OR b.overlaps) AND b.status IN ('booked', 'confirmed')
      AND b.starts_at > a.starts_at - interval '1 day' AND b.starts_at < a.ends_at
      AND b.ends_at > a.starts_at)
"""

_FLAGGED = """
SELECT external_id FROM appointments_appointment
WHERE practice_id = %s AND source = %s AND external_id <> '' AND "overlaps"
"""


def flag(practice_id: UUID, decided: Sequence[Fate], kinds: Kinds, also: Collection[UUID]) -> None:
    """Set `overlaps` on those of `decided` that overlap a visit here, or an earlier one of them.

    `also`: visits that are about to go. Types that allow double booking never overlap.
    """
    placed = [f for f in decided if f.placed and not _allows(f, kinds)]
    if not placed:
        return
    changing = {f.visit.id for f in decided if f.visit and f.writes} | set(also)
    there = _there(practice_id, placed, kinds.practitioners, changing)
    by_practitioner: dict[str, list[Fate]] = defaultdict(list)
    for fate in placed:
        by_practitioner[fate.practitioner].append(fate)
    for practitioner, theirs in by_practitioner.items():
        busy = there.get(kinds.practitioners.get(practitioner), [])
        busy_until: datetime | None = None
        for fate in sorted(theirs, key=lambda f: (f.starts_at, f.said.row)):
            earlier = busy_until is not None and fate.starts_at < busy_until
            fate.overlaps = earlier or _in_the_way(busy, fate)
            busy_until = max(busy_until or fate.ends_at, fate.ends_at)


def flagged(practice_id: UUID, source: str) -> set[str]:
    """The source's ids of its visits that overlap another."""
    with connection.cursor() as cursor:
        cursor.execute(_FLAGGED, [practice_id, source])
        return {row[0] for row in cursor.fetchall()}


def clear(practice_id: UUID, source: str, now: datetime) -> None:
    """Take the flag from the source's visits ahead that overlap nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEARED, {"practice": practice_id, "source": source, "now": now})


def _allows(fate: Fate, kinds: Kinds) -> bool:
    known = kinds.types.get(fate.type)
    return known is not None and known[2]


def _there(
    practice_id: UUID,
    placed: Sequence[Fate],
    practitioners: Mapping[str, UUID],
    changing: Collection[UUID],
) -> dict[UUID | None, list[tuple[datetime, datetime]]]:
    found: dict[UUID | None, list[tuple[datetime, datetime]]] = defaultdict(list)
    known = {practitioners[f.practitioner] for f in placed if f.practitioner in practitioners}
    if known:
        first = min(f.starts_at for f in placed) - LONGEST
        last = max(f.ends_at for f in placed)
        with connection.cursor() as cursor:
            cursor.execute(_THERE, [practice_id, first, last, list(known)])
            for practitioner, id_, starts_at, ends_at in cursor.fetchall():
                if id_ not in changing:
                    found[practitioner].append((starts_at, ends_at))
    return found


def _in_the_way(busy: Sequence[tuple[datetime, datetime]], fate: Fate) -> bool:
    """Whether one of the times, which are in order of their starts, overlaps the visit's."""
    place = bisect_left(busy, (fate.ends_at,))
    while place and busy[place - 1][0] > fate.starts_at - LONGEST:
        place -= 1
        if busy[place][1] > fate.starts_at:
            return True
    return False
