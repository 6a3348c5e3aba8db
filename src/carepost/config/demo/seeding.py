"""Makes the demo's practice, or goes on with the one that is there. Every step may be repeated."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.appointments import booking
from carepost.appointments.models import Appointment
from carepost.config.demo import calendar, people
from carepost.messaging import lines, rules
from carepost.messaging.models import Rule
from carepost.people import register
from carepost.people.models import Client
from carepost.practice import founding, settings, tenancy, tokens
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Member, Practice

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

NAME = "Riverside Family Practice"
PHONE = "+12025550199"
OWNER = "owner@riverside.example.com"
SOURCE = "demo"


@dataclass(frozen=True)
class Demo:
    """The practice, and the token that opens the API."""

    practice_id: UUID
    timezone: str
    token: str = field(repr=False)


def seed(home: Path, now: datetime) -> Demo:
    """Give the demo in `home` its practice, clients, rules and calendar. Raises Refused."""
    practice_id = _practice(now)
    with tenancy.acting_for(practice_id):
        lines.attach_host_lines(practice_id)
        zone = Practice.objects.get(id=practice_id).timezone
        clients = _clients(practice_id)
        if not Rule.objects.filter(practice_id=practice_id).exists():
            _rules(practice_id, now)
            settings.change(
                practice_id, SYSTEM, messaging_enabled=True, quiet_hours=None, phone=PHONE
            )
        _visits(practice_id, clients, zone, now)
    return Demo(practice_id, zone, _token(home / "demo.token", practice_id))


def _practice(now: datetime) -> UUID:
    for practice_id in tenancy.practices():
        return practice_id
    return founding.found(NAME, calendar.daytime_zone(now), OWNER).practice_id


def _clients(practice_id: UUID) -> dict[str, UUID]:
    there = _by_external_id(Client, practice_id)
    for person in people.everyone():
        if person.external_id not in there:
            there[person.external_id] = register.add_client(
                practice_id,
                SYSTEM,
                first_name=person.first_name,
                last_name=person.last_name,
                assigned_channel=person.channel,
                contact_points=person.contact_points,
                source=SOURCE,
                external_id=person.external_id,
            ).id
    return there


def _rules(practice_id: UUID, now: datetime) -> None:
    for days in (3, 1):
        rules.add_rule(
            practice_id, SYSTEM, kind="appointment_reminder", when="before", days=days, now=now
        )
    rules.add_rule(practice_id, SYSTEM, kind="appointment_notice", when="change", now=now)


def _visits(practice_id: UUID, clients: dict[str, UUID], zone: str, now: datetime) -> None:
    there = _by_external_id(Appointment, practice_id)
    today = now.astimezone(ZoneInfo(zone)).date()
    for visit in [*calendar.around(today, zone), *calendar.soon(now, zone)]:
        if visit.external_id not in there:
            booking.book(
                practice_id,
                SYSTEM,
                client_id=clients[people.Fictitious(visit.client).external_id],
                type=visit.type,
                practitioner=visit.practitioner,
                place=visit.place,
                starts_at=visit.starts_at,
                minutes=visit.minutes,
                tell=False,
                now=now,
                source=SOURCE,
                external_id=visit.external_id,
                by_hand=False,
            )


def _by_external_id(model: type[Client] | type[Appointment], practice_id: UUID) -> dict[str, UUID]:
    rows = model._default_manager.filter(practice_id=practice_id, source=SOURCE)
    return dict(rows.values_list("external_id", "id"))


def _token(path: Path, practice_id: UUID) -> str:
    """The demo's token, kept beside it so that a second start can print it again."""
    if path.exists():
        return path.read_text().strip()
    with tenancy.acting_for(practice_id):
        owner = Member.objects.filter(practice_id=practice_id).earliest("created_at")
        _, token = tokens.issue(practice_id, owner.id, "Demo", [tokens.EVERYTHING], SYSTEM)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token)
    return token
