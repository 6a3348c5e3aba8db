"""What becomes of each row: the source's word, what it said last, and the visit as it is here.

Three are compared, so that a file that says nothing new changes nothing: a visit that the client
confirmed or that a member moved or cancelled here stays so until the source itself changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from carepost.appointments.models import VisitStatus

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.appointments.imports.said import Said

AHEAD = (VisitStatus.BOOKED, VisitStatus.CONFIRMED)
OTHER_CLIENT = (
    "The visit of this id belongs to another client here. Cancel that one, and give this one "
    "an id of its own."
)
CANCELLED_HERE = (
    "The visit was cancelled here. Cancel it in the other program too, or book it anew."
)
NEVER_HERE = "The visit is cancelled in the file and was never here."
ON_AGAIN = "The visit was cancelled and is on again."


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that was imported before, as it is now."""

    id: UUID
    external_id: str
    client: UUID
    type: str
    practitioner: str
    place: str
    starts_at: datetime
    ends_at: datetime
    status: str
    sequence: int
    imported_as: str
    zone: str


@dataclass(slots=True)
class Fate:
    """What is to be done. `what` is told to the client ("" for nothing); the rest is how the visit
    will stand. `visit` is None for one to be made, and for a row of which nothing comes.
    `placed`: whether another visit is in its way is to be asked anew."""

    said: Said
    fate: str  # create, move, cancel, change, unchanged, refuse
    reason: str = ""
    visit: Visit | None = None
    what: str = ""
    starts_at: datetime = datetime.max
    ends_at: datetime = datetime.max
    status: str = ""
    type: str = ""
    practitioner: str = ""
    place: str = ""
    placed: bool = False
    overlaps: bool = False
    made: UUID | None = None  # the new visit, once written
    of_client: bool = False  # what changes is how the client is reached, and not the visit

    @property
    def writes(self) -> bool:
        """Whether a visit is made or changed."""
        return self.fate in ("create", "move", "cancel", "change") and not self.of_client


def refused(said: Said, reason: str) -> Fate:
    """A row that is not carried out."""
    return Fate(said, "refuse", reason)


def decide(said: Said, visit: Visit | None, usual_minutes: int) -> Fate:
    """The fate of a row. `usual_minutes`: of its type, for a visit that says no length."""
    notes = " ".join(dict.fromkeys(said.notes))
    if visit is None:
        if said.status == VisitStatus.CANCELLED:
            return Fate(said, "unchanged", NEVER_HERE)
        ends_at = said.starts_at + timedelta(minutes=said.minutes or usual_minutes)
        active = said.status in AHEAD
        return Fate(
            said, "create", notes, None, "booked" if active else "", said.starts_at, ends_at,
            said.status.value, said.type, said.practitioner, said.place, active,
        )  # fmt: skip
    if visit.client != said.client:
        return refused(said, OTHER_CLIENT)
    fate = Fate(
        said, "unchanged", notes, visit, "", visit.starts_at, visit.ends_at, visit.status,
        visit.type, visit.practitioner, visit.place,
    )  # fmt: skip
    if visit.imported_as != said.key:
        _compare(fate, said, visit)
    return fate


def _compare(fate: Fate, said: Said, visit: Visit) -> None:
    """Set the fate of a visit of which the source says something else than it said last."""
    was = _Was.of(visit.imported_as)
    if said.status == VisitStatus.CANCELLED:
        if visit.status != said.status and (was is None or was.status != said.status):
            fate.status = said.status.value
            ahead = visit.status in AHEAD
            fate.fate, fate.what = ("cancel", "cancelled") if ahead else ("change", "")
        return
    moved = visit.starts_at != said.starts_at and (
        was is None or was.start != int(said.starts_at.timestamp())
    )
    again = False
    if visit.status == VisitStatus.CANCELLED:
        # On again only by the source's own doing: it had cancelled it, or it has moved it since.
        again = was is not None and (was.status == VisitStatus.CANCELLED or moved)
        if not again:
            fate.reason = CANCELLED_HERE
            return
    _set(fate, said, visit, was, moved or again)
    active = fate.status in AHEAD
    if again and active:
        fate.fate, fate.what, fate.reason = "move", "booked", ON_AGAIN
    elif moved and active:
        fate.fate, fate.what = "move", "moved"
    elif _standing(fate) != _standing(visit):
        fate.fate = "change"
    fate.placed = active and (
        visit.status not in AHEAD
        or (fate.starts_at, fate.ends_at, fate.practitioner, fate.type)
        != (visit.starts_at, visit.ends_at, visit.practitioner, visit.type)
    )


def _set(fate: Fate, said: Said, visit: Visit, was: _Was | None, new_time: bool) -> None:
    """How the visit will stand: each thing that the source has changed, and no other."""
    if new_time:
        fate.starts_at = said.starts_at
        fate.ends_at = said.starts_at + (visit.ends_at - visit.starts_at)
    if said.minutes and (new_time or was is None or was.minutes != said.minutes):
        fate.ends_at = fate.starts_at + timedelta(minutes=said.minutes)
    # What the client confirmed is not unsaid by a program that only knows of the booking.
    confirmed_here = visit.status == VisitStatus.CONFIRMED and said.status == VisitStatus.BOOKED
    if new_time or ((was is None or was.status != said.status) and not confirmed_here):
        fate.status = said.status.value
    if was is None or was.rest != said.key.rpartition(":")[2]:
        fate.type, fate.practitioner, fate.place = said.type, said.practitioner, said.place


def _standing(it: Fate | Visit) -> tuple[object, ...]:
    return it.starts_at, it.ends_at, it.status, it.type, it.practitioner, it.place


@dataclass(frozen=True, slots=True)
class _Was:
    """What the source said last (`Said.key`), taken apart."""

    start: int
    minutes: int
    status: str
    rest: str

    @classmethod
    def of(cls, key: str) -> _Was | None:
        parts = key.split(":")
        if len(parts) != 4:
            return None  # booked with this source's id by other means
        return cls(int(parts[0]), int(parts[1]), parts[2], parts[3])
