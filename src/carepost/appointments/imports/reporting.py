"""What an import's report says of its rows, and which visits a file no longer has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from carepost.appointments.imports import facts, overlaps
from carepost.appointments.imports.fates import Fate
from carepost.appointments.imports.newcomers import news_of
from carepost.appointments.imports.said import Said
from carepost.appointments.models import VisitStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.imports.fates import Visit
    from carepost.appointments.imports.preparing import Prepared

MISSING = "The visit is no longer in the file."
NO_IDS = (
    "The file has no visit ids: a visit that was moved cannot be told from another. Where options "
    "cancel visits that are missing, it is cancelled and booked; else its old time stays as well."
)
UNSURE = "No missing visit is cancelled: rows that were refused may tell of them."
NEW_ADDRESS = "The client has a new phone number or email address."
COUNTS = {
    "create": "created",
    "move": "moved",
    "cancel": "cancelled",
    "unchanged": "unchanged",
    "refuse": "refused",
}
"""Which of an import's counts a fate is counted in. A change is in none: it is the remainder."""


def entry(fate: Fate) -> dict[str, Any]:
    """A fate as the report tells it: never a cell's content. `Any`: numbers and sentences."""
    told: dict[str, Any] = {"row": fate.said.row or None, "fate": fate.fate, "reason": fate.reason}
    if fate.visit:
        told["appointment"] = str(fate.visit.id)
    return told


def noted(
    told: Iterable[dict[str, Any]], rows: Iterable[Said], flagged: Collection[str]
) -> list[dict[str, Any]]:
    """A report in which each visit that was brought and overlaps (by the source's ids) is noted."""
    overlapping = {row.row for row in rows if row.external_id in flagged and not row.refused}
    noted = []
    for entry in told:
        reason = entry["reason"].replace(overlaps.OVERLAPS, "").strip()
        if entry["row"] in overlapping and entry["fate"] in ("create", "move", "change"):
            reason = f"{reason} {overlaps.OVERLAPS}".strip()
        noted.append({**entry, "reason": reason})
    return noted


def count(decided: Iterable[Fate]) -> dict[str, int]:
    """An import's counts."""
    found = Counter(fate.fate for fate in decided)
    return {column: found[fate] for fate, column in COUNTS.items()}


def gone(visit: Visit) -> Fate:
    """The fate of a visit that the file has no more."""
    said = Said(
        0,
        type=visit.type,
        practitioner=visit.practitioner,
        place=visit.place,
        starts_at=visit.starts_at,
        status=VisitStatus.CANCELLED,
        external_id=visit.external_id,
        client=visit.client,
    )
    return Fate(
        said, "cancel", MISSING, visit, "cancelled", visit.starts_at, visit.ends_at,
        VisitStatus.CANCELLED.value, visit.type, visit.practitioner, visit.place,
    )  # fmt: skip


def tell_of_clients(decided: Sequence[Fate], prepared: Prepared) -> None:
    """Turn the first row of each client of whom only the address is new into a change."""
    seen: set[int] = set()
    for fate in decided:
        number = fate.said.person
        if number is None or number in seen or fate.fate != "unchanged" or not fate.visit:
            continue
        if news_of(prepared.people[number], prepared.register):
            seen.add(number)
            fate.fate, fate.of_client = "change", True
            fate.reason = f"{fate.reason} {NEW_ADDRESS}".strip()


def missing(
    practice_id: UUID,
    source: str,
    prepared: Prepared,
    zone: str,
    now: datetime,
    *,
    lock: bool = False,
) -> list[Visit]:
    """The visits that are to be cancelled because the file has them no more."""
    span = prepared.span(zone)
    if span is None:
        return []
    return facts.missing(practice_id, source, prepared.present, span, now, lock=lock)
