"""Visits booked, moved, changed, cancelled, opened again; the door to all that happens to a visit.

Each locks what it decides on, in one transaction with its audit entry, its `AppointmentChange`
where clients may have to be told, and the planner's touch.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carepost.appointments import diary, local_time, setting
from carepost.appointments.attendance import confirm, mark, unconfirm, unmark
from carepost.appointments.diary import AHEAD, LONGEST
from carepost.appointments.models import Appointment, AppointmentChange, VisitStatus
from carepost.appointments.telling import hush, tell_anyway
from carepost.practice import audit, fields, tenancy

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

__all__ = [
    "AHEAD",
    "LONGEST",
    "UNDO",
    "book",
    "cancel",
    "change",
    "confirm",
    "hush",
    "mark",
    "move",
    "reopen",
    "tell_anyway",
    "unconfirm",
    "unmark",
]

UNDO = timedelta(minutes=1)
"""How soon taking back is an undo, after which all is as it was: what the client confirmed too."""

_KEEP: Any = object()  # `Any`: stands for whatever a visit has already


def book(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    client_id: UUID,
    type: str | UUID,
    practitioner: str | UUID,
    place: str | UUID | None = None,
    starts_at: datetime,
    minutes: int | None = None,
    tell: bool = True,
    now: datetime,
    source: str = "",
    external_id: str = "",
    by_hand: bool = True,
    occurrence: tuple[UUID, int] | None = None,
) -> Appointment:
    """Book a visit. Type, practitioner and place by id, or by name, and then made where new.

    The offset of `starts_at` fixes the instant; its local time is the place's, else the
    practice's. Without `minutes`, the type's. `tell` False: nobody is to be notified. Not
    `by_hand` (an import): an overlap is kept and flagged, for those people need their reminder too.
    `occurrence`: of which series (`series.book`), and its number there.

    Raises NotFound; Refused for bad input; Conflict where the practitioner has another visit then
    (unless the type allows it), or where `(source, external_id)` is here already.
    """
    starts_at = fields.instant(starts_at, "starts_at")
    with diary.translated(), tenancy.acting_for(practice_id):
        chosen = setting.choose(practice_id, actor, client_id, type, practitioner, place, minutes)
        length = timedelta(minutes=chosen.minutes if minutes is None else minutes)
        visit = Appointment(
            practice_id=practice_id,
            client_id=client_id,
            type_id=chosen.type_id,
            practitioner_id=chosen.practitioner_id,
            place_id=chosen.place_id,
            series_id=occurrence[0] if occurrence else None,
            occurrence=occurrence[1] if occurrence else None,
            scheduled_at=now,
            created_at=now,
            source=fields.text(source, "source", most=40),
            external_id=fields.text(external_id, "external_id", most=120),
        )
        diary.put(visit, starts_at, length, chosen.zone)
        diary.make_room(visit, chosen.allows_double_booking, by_hand)
        visit.save(force_insert=True)
        diary.tell(visit, actor, "booked", tell, now)
    return visit


def move(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    starts_at: datetime,
    minutes: int | None = None,
    tell: bool = True,
    now: datetime,
    by_hand: bool = True,
) -> Appointment:
    """Move a visit to another time, which the client has yet to confirm; or change its length.

    Raises as `book`; Conflict where the visit is cancelled or over. The same time again changes
    nothing; another length alone is nothing to tell the client.
    """
    return change(
        practice_id, appointment_id, actor, starts_at=starts_at, minutes=minutes, tell=tell,
        now=now, by_hand=by_hand,
    )  # fmt: skip


def change(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    starts_at: datetime | None = None,
    minutes: int | None = None,
    practitioner: str | UUID | None = None,
    place: str | UUID | None = _KEEP,
    type: str | UUID | None = None,
    tell: bool = True,
    now: datetime,
    by_hand: bool = True,
) -> Appointment:
    """Change when, how long, with whom, where or what for a visit is; what is not given stays.

    Only another time or place is told to the client, who has yet to confirm it; within a minute
    of such a change, its undo (the former time and place again) gives back what they confirmed.
    `place` None: no place. A visit that goes to a place with another zone and is given no
    `starts_at` keeps its local time. Raises as `move`.
    """
    if starts_at is not None:
        starts_at = fields.instant(starts_at, "starts_at")
    with diary.translated(), tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        diary.still_ahead(visit)
        before = _standing(visit)
        allowed = _choose(visit, actor, type, practitioner, place)
        zone = _zone(visit) if starts_at or visit.place_id != before["place"] else visit.zone
        if starts_at is None:
            starts_at = visit.starts_at
            if zone != visit.zone:
                starts_at = local_time.instant(visit.local_date, visit.local_time, zone)
        length = visit.ends_at - visit.starts_at
        if minutes is not None:
            length = timedelta(minutes=fields.minutes(minutes))
        # A visit that stays when it is keeps the zone that was agreed.
        diary.put(visit, starts_at, length, visit.zone if starts_at == visit.starts_at else zone)
        changed = [name for name, value in _standing(visit).items() if value != before[name]]
        if not changed:
            return visit
        told = not {"starts_at", "place"}.isdisjoint(changed)
        if told:
            _to_be_confirmed(visit, now)
        if not {"starts_at", "ends_at", "practitioner", "type"}.isdisjoint(changed):
            diary.make_room(visit, allowed, by_hand)
        visit.save(update_fields=diary.PLACED)
        if told:
            diary.tell(visit, actor, "moved", tell, now)
        else:
            verb = "lengthen" if changed == ["ends_at"] else "change"
            diary.note(visit, actor, f"appointment.{verb}", fields=changed)
    return visit


def cancel(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    tell: bool = True,
    now: datetime,
) -> Appointment:
    """Cancel a visit; a cancelled one stays so. Raises NotFound; Conflict where it is over."""
    with tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        if visit.status == VisitStatus.CANCELLED:
            return visit
        diary.still_ahead(visit)
        visit.status_before = visit.status
        visit.status = VisitStatus.CANCELLED
        visit.sequence += 1
        visit.save(update_fields=["status", "status_before", "sequence"])
        diary.tell(visit, actor, "cancelled", tell, now)
    return visit


def reopen(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    tell: bool = True,
    now: datetime,
) -> Appointment:
    """Let a cancelled visit take place after all, while its time is still free.

    Within a minute this is the undo of the cancelling, and what the client confirmed stands;
    nobody hears of either where nothing has left yet. Later the client is told that the visit is
    booked, and has yet to confirm. A visit that is not cancelled stays as it is. Raises NotFound;
    Conflict where the time is taken or past.
    """
    with diary.translated(), tenancy.acting_for(practice_id):
        visit = diary.locked(appointment_id)
        if visit.status != VisitStatus.CANCELLED:
            return visit
        if visit.ends_at <= now:
            raise diary.past()
        undone = _last_changed(visit) >= now - UNDO and visit.status_before
        visit.status = visit.status_before if undone else VisitStatus.BOOKED
        visit.status_before = ""
        visit.sequence += 1
        visit.scheduled_at = now
        diary.make_room(visit, visit.type.allows_double_booking, by_hand=True)
        visit.save(update_fields=diary.PLACED)
        diary.tell(visit, actor, "reopened", tell, now)
    return visit


def _choose(
    visit: Appointment,
    actor: audit.Actor,
    type: str | UUID | None,
    practitioner: str | UUID | None,
    place: str | UUID | None,
) -> bool:
    """Give the visit what it is now made of. Says whether its type allows double booking."""
    if type is None and practitioner is None and place is _KEEP:
        return bool(visit.type.allows_double_booking)
    chosen = setting.choose(
        visit.practice_id,
        actor,
        visit.client_id,
        type or visit.type_id,
        practitioner or visit.practitioner_id,
        visit.place_id if place is _KEEP else place,
        None,
        kept=frozenset({visit.type_id, visit.practitioner_id, visit.place_id}),
    )
    visit.type_id, visit.practitioner_id = chosen.type_id, chosen.practitioner_id
    visit.place_id = chosen.place_id
    return chosen.allows_double_booking


def _standing(visit: Appointment) -> dict[str, object]:
    return {
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "practitioner": visit.practitioner_id,
        "place": visit.place_id,
        "type": visit.type_id,
    }


def _zone(visit: Appointment) -> str:
    return (visit.place and visit.place.timezone) or visit.practice.timezone


def _to_be_confirmed(visit: Appointment, now: datetime) -> None:
    """Make it another visit to be told of, and to be confirmed; or undo that."""
    was = _change_before(visit)
    undoes = (
        was is not None
        and (was.starts_at, was.place_id) == (visit.starts_at, visit.place_id)
        and _last_changed(visit) >= now - UNDO
        and visit.status_before in AHEAD
    )
    if undoes:
        visit.status, visit.status_before = visit.status_before, ""
    else:
        visit.status, visit.status_before = VisitStatus.BOOKED, visit.status
    visit.sequence += 1
    visit.scheduled_at = now


def _change_before(visit: Appointment) -> AppointmentChange | None:
    """The change before the visit's last one: what was agreed until that."""
    return AppointmentChange.objects.filter(
        practice_id=visit.practice_id, appointment_id=visit.id, sequence=visit.sequence - 1
    ).first()


def _last_changed(visit: Appointment) -> datetime:
    last = AppointmentChange.objects.filter(
        practice_id=visit.practice_id, appointment_id=visit.id, sequence=visit.sequence
    ).first()
    return last.at if last else visit.created_at
