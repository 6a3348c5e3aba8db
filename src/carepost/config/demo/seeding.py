"""Makes the demo's practice, or goes on with the one that is there. Every step may be repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.appointments.models import Appointment
from carepost.config.demo import (
    ahead,
    calendar,
    diary,
    past,
    people,
    register,
    rulebook,
    staff,
)
from carepost.config.demo import setting as settings_of
from carepost.config.demo.register import SOURCE
from carepost.config.demo.size import SMALL
from carepost.messaging import lines
from carepost.practice import changes, founding, settings, tenancy
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from carepost.config.demo.setting import Setting
    from carepost.config.demo.size import Size

NAME = "Riverside Family Practice"
PHONE = "+12025550199"


@dataclass(frozen=True)
class Demo:
    """The practice, the password that its members sign in by, and the token that opens the API."""

    practice_id: UUID
    timezone: str
    password: str = field(repr=False)
    token: str = field(repr=False)


def seed(home: Path, now: datetime, size: Size = SMALL) -> Demo:
    """Give the demo in `home` its practice, clients, rules, calendar and past. Raises Refused.

    1. What is there stays: clients, and visits whatever was made of them.
    2. Visits that are over by now were kept, or not.
    3. Days that are new get their visits, and what was said of these until now.
    4. The rest is the engine's: it plans what is to be said from now on.
    """
    practice_id = _practice(now)
    with tenancy.acting_for(practice_id):
        practice = Practice.objects.get(id=practice_id)
        zone = practice.timezone
        lines.attach_host_lines(practice_id)
        made = settings_of.make(practice_id, size)
        password = staff.open_the_door(home, made)
        begin = now - timedelta(days=size.back + calendar.LONGEST_LEAD)
        fresh = rulebook.make(practice_id, begin, now)
        if fresh:
            settings.change(practice_id, SYSTEM, messaging_enabled=True, phone=PHONE)
            practice.refresh_from_db()
        clients = _clients(practice, size, begin, now)
        ahead.book(made, zone, clients, now, fresh=fresh)
        diary.end(practice_id, now)
        _visits(made, zone, clients, size, now, fresh=fresh)
        changes.touch_practice(practice_id)
        token = staff.token(home, practice_id)
    return Demo(practice_id, zone, password, token)


def _practice(now: datetime) -> UUID:
    for practice_id in tenancy.practices():
        return practice_id
    return founding.found(NAME, calendar.daytime_zone(now), staff.OWNER).practice_id


def _clients(
    practice: Practice, size: Size, begin: datetime, now: datetime
) -> dict[UUID, people.Fictitious]:
    there = register.ids_by_external_id(practice.id)
    everyone = people.everyone(size.clients)
    new = [person for person in everyone if person.external_id not in there]
    if new:
        register.write(practice, new, begin, now)
        there = register.ids_by_external_id(practice.id)
    return {there[person.external_id]: person for person in everyone}


def _visits(
    made: Setting, zone: str, clients: dict[UUID, people.Fictitious], size: Size, now: datetime,
    *, fresh: bool,
) -> None:  # fmt: skip
    there = set(
        Appointment.objects.filter(practice_id=made.practice_id, source=SOURCE).values_list(
            "external_id", flat=True
        )
    )
    by_number = {person.number: id_ for id_, person in clients.items()}
    calls = ahead.calls(made.practice_id, now)
    new = [
        visit
        for visit in calendar.around(now, zone, size)
        if visit.external_id not in there
        and not any(
            who == made.practitioners[visit.practitioner]
            and visit.starts_at < ends_at
            and starts_at < visit.ends_at
            for who, starts_at, ends_at in calls
        )
    ]
    kept = diary.write(made, new, by_number, now)
    past.write(made, kept, clients, now, rare=fresh)
