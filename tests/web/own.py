"""A practice that limits practitioners to their own clients: one of them, theirs, and the others'.

The others' things are those of `everything`: a client in every state, on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.appointments import catalogue
from carepost.appointments.models import Practitioner
from carepost.ground import clock
from carepost.messaging.models import Message, MessageAbout, Rule
from carepost.people.models import ContactPoint
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Member, Role
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client
from tests.web.desk import World, browser_of
from tests.web.everything import everything
from tests.web.states import bring

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client as Browser

OWN, OWN_FIRST = "Quintana", "Mona"
DOCTOR = "Dr Signed-In"
OF_CLIENTS = ("client_id", "point_id", "appointment_id", "message_id")
"""What URLs name that is a client's."""


@dataclass
class Limited:
    """`theirs`: the others' things. `own`: the same with what is the practitioner's own."""

    theirs: World
    own: World
    browser: Browser
    member_id: UUID

    @property
    def foreign(self) -> list[str]:
        """The ids that may stand on no page of the practitioner's."""
        return [str(self.theirs.ids[name]) for name in OF_CLIENTS]


def limited(*, linked: bool = True, on: bool = True) -> Limited:
    """The practitioner, signed in; not `linked`, they are no practitioner yet; not `on`, the
    practice does not limit them."""
    theirs = everything()
    practice = theirs.practice
    settings.change(practice.id, SYSTEM, own_clients_only=on)
    browser = browser_of(practice, Role.PRACTITIONER, DOCTOR)
    with acting_for(practice.id):
        member_id = Member.objects.get(name=DOCTOR).id
    catalogue.add(
        Practitioner, practice.id, SYSTEM, name=DOCTOR, member_id=member_id if linked else None
    )
    return Limited(theirs, _own(theirs), browser, member_id)


def _own(theirs: World) -> World:
    """A client of the practitioner's: a visit tomorrow, a reminder that waits, one that failed."""
    practice, now = theirs.practice, clock.now()
    client = make_client(practice, OWN_FIRST, OWN)
    visit = make_appointment(
        practice, client, practitioner=DOCTOR, at=now + timedelta(days=1, minutes=7), now=now
    )
    with acting_for(practice.id):
        rule, point = Rule.objects.get(), ContactPoint.objects.get(client=client, system="phone")
        line_id = Message.objects.order_by("id")[0].line_id
        planned, failed = bring(
            Message(
                practice_id=practice.id, kind="appointment_reminder", channel="sms", status=status,
                rule=rule, client=client, contact_point=point, address=point.value,
                line_id=line_id, due_at=now + after, expires_at=now + timedelta(days=5),
            )
            for status, after in (
                ("planned", timedelta(minutes=5)), ("failed", timedelta(seconds=-1)),
            )
        )  # fmt: skip
        MessageAbout.objects.bulk_create(
            MessageAbout(
                practice_id=practice.id, message=message, rule=rule, step=step, appointment=visit,
                sequence=0, recipient_id=client.id,
            )
            for step, message in enumerate((planned, failed))
        )  # fmt: skip
        practitioner_id = Practitioner.objects.get(name=DOCTOR).id
    own = {
        "client_id": client.id,
        "point_id": point.id,
        "appointment_id": visit.id,
        "message_id": planned.id,
        "practitioner_id": practitioner_id,
    }
    return World(practice, theirs.ids | own)
