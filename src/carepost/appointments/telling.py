"""Whether the client is told of a change, decided after it and before the notice leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.appointments import diary
from carepost.appointments.models import AppointmentChange
from carepost.practice import audit, tenancy
from carepost.practice.errors import Conflict, NotFound

if TYPE_CHECKING:
    from uuid import UUID


def hush(
    practice_id: UUID, appointment_id: UUID, sequence: int, actor: audit.Actor
) -> AppointmentChange:
    """Do not tell the client of a visit's last change, `sequence`: the planner drops its notice.

    What has left already stays said. Raises NotFound; Conflict where the visit was changed again
    meanwhile, for then it is that change which is told.
    """
    return _decide(practice_id, appointment_id, sequence, actor, False, "appointment.hush")


def tell_anyway(
    practice_id: UUID, appointment_id: UUID, sequence: int, actor: audit.Actor
) -> AppointmentChange:
    """Tell the client of a visit's last change after all. Raises as `hush`."""
    return _decide(practice_id, appointment_id, sequence, actor, True, "appointment.tell")


def _decide(
    practice_id: UUID,
    appointment_id: UUID,
    sequence: int,
    actor: audit.Actor,
    said: bool,
    action: str,
) -> AppointmentChange:
    with tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        made = AppointmentChange.objects.filter(
            practice_id=practice_id, appointment_id=visit.id, sequence=sequence
        ).first()
        if made is None:
            raise NotFound(_("There is no such change of this visit."), "sequence")
        if sequence != visit.sequence:
            raise Conflict(_("This visit was changed again. Look at it once more."), "sequence")
        if made.tell != said:
            made.tell = said
            made.save(update_fields=["tell"])
            diary.note(visit, actor, action)
    return made
