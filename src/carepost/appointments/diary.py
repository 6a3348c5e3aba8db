"""The practitioners' diary: a visit locked, put at a time where there is room, and noted.

What happens to visits (`booking`, `attendance`, `telling`, `repeating`) is built of these; each is
to be called within a transaction that acts for the practice.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from carepost.appointments import local_time, setting
from carepost.appointments.models import Appointment, AppointmentChange, VisitStatus
from carepost.practice import audit, changes
from carepost.practice.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

AHEAD = (VisitStatus.BOOKED, VisitStatus.CONFIRMED)
LONGEST = timedelta(days=1)

PLACED = [
    "type", "practitioner", "place", "local_date", "local_time", "zone", "starts_at", "ends_at",
    "status", "status_before", "sequence", "scheduled_at", "exclusive", "overlaps",
]  # fmt: skip
"""The columns that putting a visit somewhere may change."""

_VERBS = {"booked": "book", "moved": "move", "cancelled": "cancel", "reopened": "reopen"}


def locked(appointment_id: UUID) -> Appointment:
    """A visit, held until the transaction ends. Raises NotFound."""
    visit = (
        Appointment.objects.select_related("practice", "place", "type")
        .select_for_update(of=("self",), no_key=True)
        .filter(id=appointment_id)
        .first()
    )
    if visit is None:
        raise NotFound(_("There is no such visit."), "appointment_id")
    return visit


def still_ahead(visit: Appointment) -> None:
    """Raises Conflict for a visit that is cancelled or over."""
    if visit.status == VisitStatus.CANCELLED:
        raise Conflict(_("This visit is cancelled. Book a new one."))
    if visit.status not in AHEAD:
        raise Conflict(_("This visit is over."))


def put(visit: Appointment, starts_at: datetime, length: timedelta, zone: str) -> None:
    """Give a visit its time, on the clocks of `zone`."""
    visit.starts_at, visit.ends_at, visit.zone = starts_at, starts_at + length, zone
    visit.local_date, visit.local_time = local_time.local(starts_at, zone)


def make_room(visit: Appointment, allowed: bool, by_hand: bool) -> None:
    """Decide whether the visit has its time to itself. Raises Conflict where it must and cannot.

    1. A type that allows double booking never does.
    2. Else the practitioner's row is locked, so that of two who book one hour at once the second
       waits here and then sees the first's visit, and the two do not deadlock in the exclusion
       constraint, which stands behind as the last guard.
    3. By hand, another visit in the way refuses this one; from an import, both stay, flagged.
    """
    visit.exclusive, visit.overlaps = not allowed, False
    if allowed:
        return
    setting.lock_practitioner(visit.practitioner_id)
    if is_taken(visit):
        if by_hand:
            raise taken()
        visit.exclusive, visit.overlaps = False, True


def is_taken(visit: Appointment) -> bool:
    """Whether another visit of the practitioner's is in the way, as the calendar is now."""
    in_the_way = Appointment.objects.filter(
        Q(exclusive=True) | Q(overlaps=True),
        practice_id=visit.practice_id,
        practitioner_id=visit.practitioner_id,
        status__in=AHEAD,
        # No visit is longer than a day: without this the index would be read from its beginning.
        starts_at__gt=visit.starts_at - LONGEST,
        starts_at__lt=visit.ends_at,
        ends_at__gt=visit.starts_at,
    )
    return in_the_way.exclude(id=visit.id).exists()


def taken() -> Conflict:
    """That somebody else has the time."""
    return Conflict(
        _("The practitioner has another visit at that time. Choose another time."), "starts_at"
    )


def past() -> Conflict:
    """That the visit's time is over."""
    return Conflict(_("This visit's time is past. Book a new one."))


def tell(visit: Appointment, actor: audit.Actor, what: str, said: bool, now: datetime) -> None:
    """Write a change that clients may have to be told of (`said`: they are), and note it.

    `what`: booked, moved, cancelled, reopened (told of as booked).
    """
    AppointmentChange.objects.create(**change(visit, what, said, now))
    note(visit, actor, f"appointment.{_VERBS[what]}")


def change(visit: Appointment, what: str, said: bool, now: datetime) -> dict[str, object]:
    """The columns of a visit's `AppointmentChange`, as the visit stands."""
    return {
        "practice_id": visit.practice_id,
        "appointment_id": visit.id,
        "sequence": visit.sequence,
        "what": "booked" if what == "reopened" else what,
        "at": now,
        "tell": said,
        "starts_at": visit.starts_at,
        "local_date": visit.local_date,
        "local_time": visit.local_time,
        "zone": visit.zone,
        "place_id": visit.place_id,
        "active": visit.status in AHEAD,
    }


def note(visit: Appointment, actor: audit.Actor, action: str, **detail: object) -> None:
    """The audit entry of what was done to a visit, and the planner's touch."""
    audit.record(
        visit.practice_id, actor, action, "appointment", visit.id,
        client=str(visit.client_id), sequence=visit.sequence, **detail,
    )  # fmt: skip
    changes.touch_clients(visit.practice_id, [visit.client_id])


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database refuses into what a person is told."""
    try:
        yield
    except IntegrityError as error:
        if "appointment_no_double_booking" in str(error):
            raise taken() from None
        if "appointment_imported_once" in str(error):
            raise Conflict(
                _("This visit was imported before: move that one."), "external_id"
            ) from None
        raise
