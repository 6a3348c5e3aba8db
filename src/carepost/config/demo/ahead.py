"""What lies ahead in the demo's calendar beside its usual days: reminders due now, and oddities.

These are booked as anybody books, and the engine makes of them what it makes of them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.appointments import booking, local_time
from carepost.appointments.models import Appointment
from carepost.config.demo.people import TROUBLES
from carepost.config.demo.register import SOURCE
from carepost.config.demo.setting import CALL, CALL_MINUTES, STUDY
from carepost.people import register
from carepost.practice.audit import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from carepost.config.demo.people import Fictitious
    from carepost.config.demo.setting import Setting

SOON = (0, 1, 5, 6, 11, 16)
"""In so many minutes, counted from the full one, the reminder of each of the soon calls is due."""
BOOKED_BEFORE = timedelta(hours=44)
"""So late that no earlier reminder of them is missing."""
STUDY_AT = time(15, 30)
EARLY = time(8, 30)
_NIGHTS = (
    "Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo",
    "Atlantic/Azores", "Europe/Berlin", "Africa/Nairobi", "Asia/Karachi", "Asia/Bangkok",
    "Asia/Tokyo", "Pacific/Guam", "Pacific/Auckland",
)  # fmt: skip


def book(
    made: Setting, zone: str, clients: Mapping[UUID, Fictitious], now: datetime, *, fresh: bool
) -> None:
    """Book the soon calls; in a fresh practice the oddities too. Acting for the practice."""
    there = set(Appointment.objects.filter(source=SOURCE).values_list("external_id", flat=True))
    free = _free(clients, now)
    for number, wall in enumerate(soon(now, zone)):
        external_id = f"soon-{wall:%Y-%m-%d-%H%M}"
        if external_id not in there:
            at = local_time.instant(wall.date(), wall.time(), zone)
            _call(made, next(free), at, now - BOOKED_BEFORE, number, external_id)
    if fresh:
        _oddities(made, zone, clients, free, now)


def soon(now: datetime, zone: str) -> list[datetime]:
    """The wall times, a day ahead, whose reminder of "1 day before" is due about now (`SOON`)."""
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
    # By the wall clock, as the rule counts: a day may have 23 hours.
    return [local + timedelta(days=1, minutes=minutes) for minutes in SOON]


def calls(practice_id: UUID, now: datetime) -> list[tuple[UUID, datetime, datetime]]:
    """Whose calls from now on leave when no room for visits, where that can be helped."""
    rows = Appointment.objects.filter(
        practice_id=practice_id, type__name=CALL, starts_at__gt=now - timedelta(days=1)
    )
    return list(rows.values_list("practitioner_id", "starts_at", "ends_at"))


def _oddities(
    made: Setting, zone: str, clients: Mapping[UUID, Fictitious], free: Iterator[UUID],
    now: datetime,
) -> None:  # fmt: skip
    today = now.astimezone(ZoneInfo(zone)).date()
    day = _working_day(today + timedelta(days=1))
    # One of each who cannot be reached as one would wish, early on the next working day.
    for number, trouble in enumerate(TROUBLES):
        client = next(id_ for id_, person in clients.items() if person.trouble == trouble)
        early = datetime.combine(day, EARLY) + timedelta(minutes=number * CALL_MINUTES)
        at = local_time.instant(day, early.time(), zone)
        _call(made, client, at, now - BOOKED_BEFORE, number, f"early-{number}")
    # Two live where it is night now: one call is too soon to wait for their morning, one is not.
    night = next(z for z in _NIGHTS if now.astimezone(ZoneInfo(z)).hour in (22, 23, 0))
    for number, (ahead_, before) in enumerate(
        ((timedelta(hours=2), timedelta(minutes=2)), (timedelta(hours=26), BOOKED_BEFORE))
    ):
        client = next(free)
        register.change_client(made.practice_id, client, SYSTEM, timezone=night)
        at = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0) + ahead_
        _call(made, client, at, now - before, number, f"night-{number}", tell=number == 0)
    study = _working_day(today + timedelta(days=4))
    booking.book(
        made.practice_id, SYSTEM, client_id=next(free), type=made.types[STUDY],
        practitioner=made.practitioners[1], place=made.places[1],
        starts_at=local_time.instant(study, STUDY_AT, zone), tell=False,
        now=now - timedelta(days=9), source=SOURCE, external_id="study", by_hand=False,
    )  # fmt: skip


def _call(
    made: Setting, client_id: UUID, at: datetime, booked_at: datetime, number: int,
    external_id: str, *, tell: bool = False,
) -> None:  # fmt: skip
    """Book a call with whoever of the first two has the time; where neither, with one of them."""
    ends_at = at + timedelta(minutes=CALL_MINUTES)
    either = [made.practitioners[number % 2], made.practitioners[1 - number % 2]]
    busy = set(
        Appointment.objects.filter(
            practitioner_id__in=either, starts_at__lt=ends_at, ends_at__gt=at,
            status__in=("booked", "confirmed"),
        ).values_list("practitioner_id", flat=True)
    )  # fmt: skip
    booking.book(
        made.practice_id, SYSTEM, client_id=client_id, type=made.types[CALL],
        practitioner=next((who for who in either if who not in busy), either[0]),
        place=made.places[0], starts_at=at, minutes=CALL_MINUTES, tell=tell, now=booked_at,
        source=SOURCE, external_id=external_id, by_hand=False,
    )  # fmt: skip


def _free(clients: Mapping[UUID, Fictitious], now: datetime) -> Iterator[UUID]:
    """Clients whom texts reach, and who have no visit in the days ahead; others each minute."""
    busy = set(
        Appointment.objects.filter(
            starts_at__gt=now - timedelta(days=1), starts_at__lt=now + timedelta(days=3)
        ).values_list("client_id", flat=True)
    )
    fit = [
        id_
        for id_, person in clients.items()
        if person.ordinary and person.channel == "sms" and person.phone and id_ not in busy
    ]
    turn = int(now.timestamp()) // 60 * len(SOON) % len(fit)
    yield from [*fit[turn:], *fit[:turn]]


def _working_day(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day
