"""Runs inside an installation: makes two practices whose clients are all to be reminded now.

    python calendars.py CLIENTS PAIRS NEIGHBOURS RATE

Each client has a phone, an email address and a visit tomorrow; two rules remind of it a day
before, by SMS and by email. The planner does the rest. In each of the PAIRS two clients of one
first name share a phone, so two texts to it are equal. The lines wait; RATE is what each will hand
over a second.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from uuid import UUID

NAME = "Quillon"  # of every client, and of nothing else: it must be in no log
PHONES = "+1202555"
FIRST_PHONE = 2000  # none of them ends as those that the sandbox keeps for trouble
MAILBOXES = "@letterbox.example"
ZONE = "America/New_York"
WORDS = "{{ client.first_name }}, we expect you at {{ appointment.time }}. {{ practice.name }}"


def main(clients: int, pairs: int, neighbours: int, rate: float) -> None:
    """Prints the two practices' ids."""
    from carepost.cli import installation

    with installation.opened(installation.prepare_to_serve):
        from carepost.messaging.models import Line

        due = datetime.now(UTC).replace(microsecond=0)
        practice = _practice("Alder Street Clinic")
        neighbour = _practice("Birch Lane Clinic")
        _fill(practice, range(clients), pairs, due)
        _fill(neighbour, range(clients, clients + neighbours), 0, due)
        Line.objects.update(rate=rate, paused_until=due + timedelta(days=1))
    print(json.dumps({"practice": str(practice), "neighbour": str(neighbour)}))


def _practice(name: str) -> UUID:
    from carepost.ground import ids
    from carepost.messaging import lines, templates
    from carepost.messaging.models import Rule
    from carepost.practice import founding, settings, tenancy
    from carepost.practice.audit import SYSTEM

    made = founding.found(name, ZONE, "owner@practice.example")
    with tenancy.acting_for(made.practice_id):
        lines.attach_host_lines(made.practice_id)
        for channel in ("sms", "email"):
            rule = Rule.objects.create(
                id=ids.fresh(), practice_id=made.practice_id, kind="appointment_reminder",
                channel=channel, when="before", seconds=86400,
                since=datetime.now(UTC) - timedelta(days=9),
            )  # fmt: skip
            templates.save(
                made.practice_id, SYSTEM, rule_id=rule.id, kind=rule.kind, channel=channel,
                language="en", subject="Your visit", body=WORDS,
            )  # fmt: skip
    settings.change(made.practice_id, SYSTEM, messaging_enabled=True, quiet_hours=None)
    return made.practice_id


def _fill(practice_id: UUID, numbers: range, pairs: int, due: datetime) -> None:
    from carepost.appointments.models import Appointment, AppointmentType, Practitioner
    from carepost.people.models import Client, ContactPoint
    from carepost.practice import changes, keys, tenancy
    from carepost.practice.models import Practice

    starts = due + timedelta(days=1)
    local = starts.astimezone(ZoneInfo(ZONE))
    with tenancy.acting_for(practice_id):
        practice = Practice.objects.get(id=practice_id)
        kind = AppointmentType.objects.create(
            practice_id=practice_id, name="Group", minutes=30, allows_double_booking=True
        )
        leader = Practitioner.objects.create(practice_id=practice_id, name="Dr Reed")
        # The second half of a pair is one more client with the first's phone and name.
        phone_of = {n: n - 1 if n - numbers.start < 2 * pairs and n % 2 else n for n in numbers}
        clients = {
            n: Client(
                practice_id=practice_id,
                first_name=f"{NAME}{phone_of[n]:04}",
                sealed_key=keys.new_client_key(practice),
            )
            for n in numbers
        }
        Client.objects.bulk_create(clients.values())
        ContactPoint.objects.bulk_create(
            ContactPoint(practice_id=practice_id, client=client, system=system, value=value)
            for n, client in clients.items()
            for system, value in (
                ("phone", f"{PHONES}{FIRST_PHONE + phone_of[n]}"),
                ("email", f"p{n}{MAILBOXES}"),
            )
        )
        Appointment.objects.bulk_create(
            Appointment(
                practice_id=practice_id, client=client, type=kind, practitioner=leader,
                local_date=local.date(), local_time=local.time(), zone=ZONE, starts_at=starts,
                ends_at=starts + timedelta(minutes=30), exclusive=False,
                scheduled_at=due - timedelta(days=5),
            )
            for client in clients.values()
        )  # fmt: skip
        changes.touch_practice(practice_id)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
