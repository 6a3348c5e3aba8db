"""Whether a client will come, and whether they came. Nothing of it is told to anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.appointments import diary, local_time
from carepost.appointments.models import Appointment, VisitStatus
from carepost.practice import audit, fields, tenancy
from carepost.practice.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

ARRIVED = "arrived"
MARKS = (ARRIVED, VisitStatus.DONE.value, VisitStatus.NO_SHOW.value)
_OVER = (VisitStatus.DONE, VisitStatus.NO_SHOW)


def confirm(
    practice_id: UUID, appointment_id: UUID, actor: audit.Actor, *, now: datetime
) -> Appointment:
    """Keep that the client will come. Nothing to tell, so `sequence` stays.

    Raises NotFound; Conflict where the visit is cancelled or over. `now` is not kept yet: the
    audit entry has its own.
    """
    return _answered(practice_id, appointment_id, actor, VisitStatus.CONFIRMED, "confirm")


def unconfirm(
    practice_id: UUID, appointment_id: UUID, actor: audit.Actor, *, now: datetime
) -> Appointment:
    """Take back that the client will come: they have not answered. Raises as `confirm`."""
    return _answered(practice_id, appointment_id, actor, VisitStatus.BOOKED, "unconfirm")


def mark(
    practice_id: UUID, appointment_id: UUID, actor: audit.Actor, status: str, now: datetime
) -> Appointment:
    """Keep that the client `arrived` (and waits), that the visit is `done`, or a `no_show`.

    The same again changes nothing; done and no_show follow each other freely. Raises NotFound;
    Refused for another word; Conflict for a cancelled visit, one of a later day, and a no_show
    before the visit's time.
    """
    status = fields.one_of(status, "status", MARKS)
    with tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        if visit.status == VisitStatus.CANCELLED:
            raise Conflict(_("This visit is cancelled. Reopen it first."))
        if _is(visit, status):
            return visit
        if visit.local_date > local_time.local(now, visit.zone)[0]:
            raise Conflict(_("This visit is on a later day."))
        if status == VisitStatus.NO_SHOW and now < visit.starts_at:
            raise Conflict(_("This visit has not begun yet."))
        if status == ARRIVED:
            diary.still_ahead(visit)
            visit.arrived_at = now
        else:
            if visit.status not in _OVER:
                visit.status_before = visit.status
            visit.status = status
            if status == VisitStatus.NO_SHOW:
                visit.arrived_at = None
        _keep(visit, actor, f"appointment.{status}")
    return visit


def unmark(
    practice_id: UUID, appointment_id: UUID, actor: audit.Actor, status: str, now: datetime
) -> Appointment:
    """Take such a mark back: the visit is as it was. One that has not the mark stays as it is.

    `now` is not kept. Raises NotFound, Refused; Conflict where the practitioner has another visit
    at that time by now.
    """
    status = fields.one_of(status, "status", MARKS)
    with diary.translated(), tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        if not _is(visit, status):
            return visit
        if status == ARRIVED:
            visit.arrived_at = None
        else:
            visit.status, visit.status_before = visit.status_before or VisitStatus.BOOKED, ""
            diary.make_room(visit, visit.type.allows_double_booking, by_hand=not visit.overlaps)
        _keep(visit, actor, f"appointment.not_{status}")
    return visit


def _is(visit: Appointment, mark_: str) -> bool:
    return visit.arrived_at is not None if mark_ == ARRIVED else visit.status == mark_


def _keep(visit: Appointment, actor: audit.Actor, action: str) -> None:
    visit.save(update_fields=["status", "status_before", "arrived_at", "exclusive", "overlaps"])
    diary.note(visit, actor, action)


def _answered(
    practice_id: UUID, appointment_id: UUID, actor: audit.Actor, status: VisitStatus, verb: str
) -> Appointment:
    with tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        diary.still_ahead(visit)
        if visit.status != status:
            visit.status, visit.status_before = status, ""
            visit.save(update_fields=["status", "status_before"])
            diary.note(visit, actor, f"appointment.{verb}")
    return visit
