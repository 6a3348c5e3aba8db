"""Which visits of an import another visit of the same practitioner is in the way of: all at once.

Such a visit is kept and flagged, never refused: those people need their reminder too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Fate

OVERLAPS = "The practitioner has another visit at that time. Both were kept."

# The first half is answered by the index of the exclusion constraint, so it is asked in its words.
# No visit is longer than a day: without this the index by start would be read from its beginning.
_IN_THE_WAY = """
WITH placed AS MATERIALIZED (
  SELECT * FROM unnest(%(n)s::int[], %(practitioner)s::uuid[], %(starts)s::timestamptz[],
                       %(ends)s::timestamptz[]) AS p (n, practitioner, starts, ends)
)
SELECT n FROM placed p WHERE EXISTS (
  SELECT FROM appointments_appointment a
  WHERE a.practice_id = %(practice)s AND a.practitioner_id = p.practitioner AND a.exclusive
    AND a.status IN ('booked', 'confirmed')
    AND tstzrange(a.starts_at, a.ends_at) && tstzrange(p.starts, p.ends)
    AND a.id <> ALL (%(changing)s::uuid[]))
UNION
SELECT n FROM placed p JOIN appointments_appointment a
  ON a.practice_id = %(practice)s AND a.practitioner_id = p.practitioner AND a.overlaps
    AND a.status IN ('booked', 'confirmed')
    AND a.starts_at >= %(first)s - interval '1 day' AND a.starts_at < %(last)s
    AND a.starts_at < p.ends AND a.ends_at > p.starts
    AND a.id <> ALL (%(changing)s::uuid[])
"""

# Those that nobody is in the way of any more have their time to themselves again.
_CLEARED = """
UPDATE appointments_appointment a SET overlaps = false, exclusive = true
WHERE a.practice_id = %(practice)s AND a.source = %(source)s AND a.overlaps
  AND a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed')
  AND NOT EXISTS (
    SELECT FROM appointments_appointment b
    WHERE b.practice_id = a.practice_id AND b.practitioner_id = a.practitioner_id AND b.id <> a.id
      AND (b.exclusive OR b.overlaps) AND b.status IN ('booked', 'confirmed')
      AND b.starts_at > a.starts_at - interval '1 day' AND b.starts_at < a.ends_at
      AND b.ends_at > a.starts_at)
"""


def flag(practice_id: UUID, decided: Sequence[Fate], kinds: Kinds, also: Collection[UUID]) -> None:
    """Set `overlaps` on those of `decided` that overlap a visit here, or an earlier one of them.

    `also`: visits that are about to go. Types that allow double booking never overlap.
    """
    placed = [f for f in decided if f.placed and not _allows(f, kinds)]
    if not placed:
        return
    changing = [f.visit.id for f in decided if f.visit and f.writes] + list(also)
    for number in _in_the_way(practice_id, placed, kinds.practitioners, changing):
        placed[number].overlaps = True
    by_practitioner: dict[str, list[Fate]] = defaultdict(list)
    for fate in placed:
        by_practitioner[fate.practitioner].append(fate)
    for theirs in by_practitioner.values():
        busy_until: datetime | None = None
        for fate in sorted(theirs, key=lambda f: (f.starts_at, f.said.row)):
            if busy_until and fate.starts_at < busy_until:
                fate.overlaps = True
            busy_until = max(busy_until or fate.ends_at, fate.ends_at)


def clear(practice_id: UUID, source: str, now: datetime) -> None:
    """Take the flag from the source's visits ahead that overlap nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEARED, {"practice": practice_id, "source": source, "now": now})


def _allows(fate: Fate, kinds: Kinds) -> bool:
    known = kinds.types.get(fate.type)
    return known is not None and known[2]


def _in_the_way(
    practice_id: UUID,
    placed: Sequence[Fate],
    practitioners: Mapping[str, UUID],
    changing: Sequence[UUID],
) -> list[int]:
    asked = [(n, f) for n, f in enumerate(placed) if f.practitioner in practitioners]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _IN_THE_WAY,
            {
                "practice": practice_id,
                "n": [n for n, _ in asked],
                "practitioner": [practitioners[f.practitioner] for _, f in asked],
                "starts": [f.starts_at for _, f in asked],
                "ends": [f.ends_at for _, f in asked],
                "first": min(f.starts_at for _, f in asked),
                "last": max(f.ends_at for _, f in asked),
                "changing": list(changing),
            },
        )
        return [row[0] for row in cursor.fetchall()]
