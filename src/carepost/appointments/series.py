"""Visits that repeat: booked, changed, cancelled and opened again, one, the rest, or all of them.

Each occurrence is an ordinary visit with its reminders, so that what happens to one is what
`booking` does; here it is done to many, all or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carepost.appointments import booking, diary, local_time, setting
from carepost.appointments.models import Appointment, AppointmentChange, Series, VisitStatus
from carepost.ground import ids
from carepost.practice import audit, fields, tenancy
from carepost.practice.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from carepost.appointments.recurrence import Repeat

SCOPES = ("this", "following", "all")
"""The visit named; it and those after it; and all of its series that lie ahead."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An occurrence that has no room: its number, and when it would be. `why`: a sentence."""

    occurrence: int
    starts_at: datetime
    zone: str
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a series: the visits that were booked or changed, in order, and the others."""

    series_id: UUID | None
    visits: list[Appointment]
    skipped: list[Taken]


class NoRoom(Conflict):
    """Some occurrences have no room, so nothing was done. `taken` are those."""

    def __init__(self, taken: list[Taken]) -> None:
        super().__init__(
            ngettext(
                "One of these visits has no room. Choose another time, or leave it out.",
                "%(count)d of these visits have no room. Choose another time, or leave them out.",
                len(taken),
            )
            % {"count": len(taken)},
            "starts_at",
        )
        self.taken = taken


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
    repeat: Repeat,
    tell: bool = True,
    skip_conflicts: bool = False,
    now: datetime,
) -> Done:
    """Book a visit that repeats, at one local time on all its days, whatever the clocks do.

    The client is told of the first alone, and reminded of each. `skip_conflicts`: those without
    room are left out. Raises as `booking.book`; NoRoom; Refused for a rule of no or too many days.
    """
    starts_at = fields.instant(starts_at, "starts_at")
    with tenancy.acting_for(practice_id):
        chosen = setting.choose(practice_id, actor, client_id, type, practitioner, place, minutes)
        day, clock = local_time.local(starts_at, chosen.zone)
        series_id, told = ids.fresh(), tell
        done = Done(series_id, [], [])
        for number, on in enumerate(repeat.days(day), 1):
            at = starts_at if number == 1 else local_time.instant(on, clock, chosen.zone)
            try:
                visit = booking.book(
                    practice_id, actor, client_id=client_id, type=chosen.type_id,
                    practitioner=chosen.practitioner_id, place=chosen.place_id, starts_at=at,
                    minutes=chosen.minutes if minutes is None else minutes, tell=told, now=now,
                    occurrence=(series_id, number),
                )  # fmt: skip
            except Conflict as conflict:
                done.skipped.append(Taken(number, at, chosen.zone, conflict.sentence))
            else:
                done.visits.append(visit)
                told = False
        if done.skipped and not (skip_conflicts and done.visits):
            raise NoRoom(done.skipped)
        Series.objects.create(
            id=series_id, practice_id=practice_id, client_id=client_id, rule=repeat.rule,
            local_date=day, local_time=clock, zone=chosen.zone, created_at=now,
        )  # fmt: skip
        audit.record(
            practice_id, actor, "series.book", "series", series_id,
            client=str(client_id), booked=len(done.visits), skipped=len(done.skipped),
        )  # fmt: skip
    return done


def change(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    scope: str = "this",
    starts_at: datetime | None = None,
    skip_conflicts: bool = False,
    now: datetime,
    **given: Any,
) -> Done:
    """Change a visit, and with another `scope` those of its series, all as `booking.change` does.

    `starts_at` is when the visit named is to be: the others move by as much on their own clocks
    (by a day and an hour, say, over a change of the clocks too). `given` (`Any`: each is checked
    there): minutes, practitioner, place, type, tell. What lies behind stays. Raises as it, and
    NoRoom.
    """
    if starts_at is not None:
        starts_at = fields.instant(starts_at, "starts_at")
    with tenancy.acting_for(practice_id):
        visits = _in_scope(appointment_id, scope, now)
        named = next(visit for visit in visits if visit.id == appointment_id)
        diary.still_ahead(named)
        shift = _wall(named, starts_at) - _wall(named) if starts_at else timedelta(0)

        def moved(visit: Appointment) -> datetime | None:
            if starts_at is None or visit.id == appointment_id:
                return starts_at
            to = _wall(visit) + shift
            return local_time.instant(to.date(), to.time(), visit.zone)

        def do(visit: Appointment) -> Appointment:
            return booking.change(
                practice_id, visit.id, actor, starts_at=moved(visit), now=now, **given
            )

        # So that each finds the time of the next one free that has made way for it.
        visits.sort(key=lambda visit: visit.starts_at, reverse=shift > timedelta(0))
        return _each(visits, do, lambda visit: moved(visit) or visit.starts_at, skip_conflicts)


def cancel(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    scope: str = "this",
    tell: bool = True,
    now: datetime,
) -> Done:
    """Cancel a visit, and with another `scope` those of its series. Raises as `booking.cancel`."""
    with tenancy.acting_for(practice_id):
        visits = _in_scope(appointment_id, scope, now)
        return Done(
            visits[0].series_id,
            [booking.cancel(practice_id, visit.id, actor, tell=tell, now=now) for visit in visits],
            [],
        )


def reopen(
    practice_id: UUID,
    appointment_id: UUID,
    actor: audit.Actor,
    *,
    tell: bool = True,
    now: datetime,
) -> Done:
    """Open again whatever was cancelled together with a visit, and the visit: the undo of `cancel`.

    Raises as `booking.reopen`, and NoRoom.
    """
    with tenancy.acting_for(practice_id):
        named = diary.locked(appointment_id)
        visits = [named]
        if named.series_id and named.status == VisitStatus.CANCELLED:
            visits = _cancelled_with(named)

        def do(visit: Appointment) -> Appointment:
            return booking.reopen(practice_id, visit.id, actor, tell=tell, now=now)

        return _each(visits, do, lambda visit: visit.starts_at, False)


def _each(
    visits: list[Appointment],
    do: Callable[[Appointment], Appointment],
    when: Callable[[Appointment], datetime],
    skip_conflicts: bool,
) -> Done:
    """Do something to each; those without room are skipped, or make it all undone."""
    if len(visits) == 1:
        return Done(visits[0].series_id, [do(visits[0])], [])
    done = Done(visits[0].series_id, [], [])
    for visit in visits:
        at = when(visit)
        try:
            done.visits.append(do(visit))
        except Conflict as conflict:
            done.skipped.append(Taken(visit.occurrence or 0, at, visit.zone, conflict.sentence))
    done.visits.sort(key=lambda visit: visit.starts_at)
    done.skipped.sort(key=lambda taken: taken.starts_at)
    if done.skipped and not (skip_conflicts and done.visits):
        raise NoRoom(done.skipped)
    return done


def _in_scope(appointment_id: UUID, scope: str, now: datetime) -> list[Appointment]:
    """The visits meant, locked in the order of their ids; the one named is always among them."""
    scope = fields.one_of(scope, "scope", SCOPES)
    named = Appointment.objects.filter(id=appointment_id).first()
    if scope == "this" or named is None or named.series_id is None:
        return [diary.locked(appointment_id)]
    meant = Appointment.objects.filter(
        practice_id=named.practice_id, series_id=named.series_id, status__in=diary.AHEAD
    )
    if scope == "following":
        meant = meant.filter(occurrence__gte=named.occurrence)
    rows = list(meant.order_by("id").select_for_update(no_key=True))
    ahead = [v for v in rows if v.starts_at > now or v.id == appointment_id]
    if all(visit.id != appointment_id for visit in ahead):
        raise Conflict(_("This visit is cancelled or over. Choose another one of its series."))
    return sorted(ahead, key=lambda visit: visit.starts_at)


def _cancelled_with(named: Appointment) -> list[Appointment]:
    """Those of a series that one act cancelled: it gave all its changes one time."""
    theirs = Appointment.objects.filter(practice_id=named.practice_id, series=named.series)
    rows = theirs.filter(status=VisitStatus.CANCELLED)
    visits = list(rows.order_by("id").select_for_update(no_key=True))
    last = {visit.id: visit.sequence for visit in visits}
    written = AppointmentChange.objects.filter(
        practice_id=named.practice_id, appointment_id__in=list(last), what="cancelled"
    ).values_list("appointment_id", "sequence", "at")
    at = {visit_id: at for visit_id, sequence, at in written if last[visit_id] == sequence}
    return [v for v in visits if v.id in at and at[v.id] == at.get(named.id)] or [named]


def _wall(visit: Appointment, at: datetime | None = None) -> datetime:
    """What the clocks of the visit's zone show at its start, or at `at`."""
    return datetime.combine(*local_time.local(at or visit.starts_at, visit.zone))
