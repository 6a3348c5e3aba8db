"""The shapes of appointments: what is given of them, and how they are shown."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from carepost.api import paging
from carepost.api.values import (
    Day,
    Flag,
    FullName,
    Given,
    Instant,
    Minutes,
    Name,
    Short,
    Shown,
    on_a_clock,
)
from carepost.appointments import series
from carepost.appointments.models import Appointment
from carepost.practice.errors import NotFound

Scope = Literal["this", "following", "all"]
State = Literal["booked", "confirmed", "cancelled", "no_show", "done"]


class RepeatGiven(Given):
    """As RFC 5545's RRULE: `count` visits in all, or `until` a day, inclusive; 120 at most.

    `weekdays` (weekly only): without, that of the first visit.
    """

    freq: Literal["daily", "weekly", "monthly"]
    interval: Annotated[int, Field(strict=True, ge=1, le=52)] = 1
    count: Annotated[int, Field(strict=True, ge=2, le=120)] | None = None
    until: Day | None = None
    weekdays: Annotated[
        list[Literal["mo", "tu", "we", "th", "fr", "sa", "su"]], Field(max_length=7)
    ] = []


class AppointmentGiven(Given):
    """`type`, `practitioner` and `place` by id, or by name, and then made where new.

    `repeat`: a series, at one local time; `skip_conflicts`: those without room are left out, else
    nothing is booked.
    """

    client_id: UUID
    type: FullName
    practitioner: FullName
    place: Name | None = None
    starts_at: Instant
    minutes: Minutes | None = None
    tell: Flag = True
    repeat: RepeatGiven | None = None
    skip_conflicts: Flag = False
    source: Short | None = None
    external_id: Name | None = None


class Scoped(Given):
    """`scope`: this one, it and those of its series that follow, or all of them that lie ahead.

    The others move by as much on their own clocks. `skip_conflicts`: those without room stay as
    they are, else nothing is changed.
    """

    scope: Scope = "this"
    skip_conflicts: Flag = False


class Moved(Scoped):
    """`tell` false: the client is not to be notified."""

    starts_at: Instant
    minutes: Minutes | None = None
    tell: Flag = True


class AppointmentChange(Scoped):
    """What is left out stays; `place` null: none. Only another time or place is told."""

    starts_at: Instant | None = None
    minutes: Minutes | None = None
    type: FullName | None = None
    practitioner: FullName | None = None
    place: Name | None = None
    tell: Flag = True


class Cancelled(Given):
    """`tell` false: the client is not to be notified."""

    scope: Scope = "this"
    tell: Flag = True


class Reopened(Given):
    """`together`: all that was cancelled by the same act."""

    together: Flag = False
    tell: Flag = True


CANCELLED, REOPENED = Cancelled(), Reopened()
"""What an empty body says."""


class AppointmentShown(Shown):
    """`local_date` and `local_time` are on the clocks of `zone`; `starts_at` is the instant."""

    id: UUID
    client_id: UUID
    type: str
    type_id: UUID
    practitioner: str
    practitioner_id: UUID
    place: str | None
    place_id: UUID | None
    starts_at: Instant
    ends_at: Instant
    minutes: int
    local_date: date
    local_time: str
    zone: str
    status: str
    arrived_at: Instant | None
    sequence: int
    series_id: UUID | None
    occurrence: int | None
    overlaps: bool
    source: str
    external_id: str
    created_at: Instant


class NoRoomShown(Shown):
    """An occurrence that was left out, and why."""

    occurrence: int
    starts_at: Instant
    reason: str


class SeriesShown(Shown):
    series_id: UUID
    appointments: list[AppointmentShown]
    skipped: list[NoRoomShown]


class AppointmentPaging(paging.Paging):
    client_id: UUID | None = None
    series_id: UUID | None = None
    practitioner_id: UUID | None = None
    place_id: UUID | None = None
    status: State | None = None
    external_id: Annotated[Name, Field()] = ""
    starts_after: Instant | None = None
    starts_before: Instant | None = None


_PLAIN = (
    "id", "client_id", "type_id", "practitioner_id", "place_id", "starts_at", "ends_at",
    "local_date", "zone", "status", "arrived_at", "sequence", "series_id", "occurrence",
    "overlaps", "source", "external_id",
    "created_at",
)  # fmt: skip
WHOLE = Appointment.objects.select_related("type", "practitioner", "place")


def shown(visit: Appointment) -> AppointmentShown:
    """As it stands, with the names of what it is made of."""
    return AppointmentShown.model_construct(
        **{name: getattr(visit, name) for name in _PLAIN},
        type=visit.type.name,
        practitioner=visit.practitioner.name,
        place=visit.place.name if visit.place else None,
        local_time=on_a_clock(visit.local_time),
        minutes=round((visit.ends_at - visit.starts_at).total_seconds() / 60),
    )


def one(visit_id: UUID) -> Appointment:
    """One by its id, with what it is made of. Raises NotFound."""
    visit = WHOLE.filter(id=visit_id).first()
    if visit is None:
        raise NotFound("There is no such appointment.")
    return visit


def series_shown(done: series.Done) -> SeriesShown:
    """What was booked, and what was left out."""
    ids = [visit.id for visit in done.visits]
    return SeriesShown.model_construct(
        series_id=done.series_id,
        appointments=[shown(v) for v in WHOLE.filter(id__in=ids).order_by("occurrence")],
        skipped=[
            NoRoomShown.model_construct(
                occurrence=taken.occurrence, starts_at=taken.starts_at, reason=taken.why
            )
            for taken in done.skipped
        ],
    )


def asked(page: AppointmentPaging) -> dict[str, Any]:
    """The filters that were given, as Django writes them (`Any`: each of its own type)."""
    given = {
        "client_id": page.client_id,
        "series_id": page.series_id,
        "practitioner_id": page.practitioner_id,
        "place_id": page.place_id,
        "status": page.status,
        "external_id": page.external_id or None,
        "starts_at__gte": page.starts_after,
        "starts_at__lt": page.starts_before,
    }
    return {name: value for name, value in given.items() if value is not None}
