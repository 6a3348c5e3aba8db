"""A practice with a row in every table that holds a practice's data, for tests of the walls."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.appointments import series
from carepost.appointments.models import AppointmentChange, Brought, Import, Practitioner
from carepost.appointments.recurrence import Repeat
from carepost.messaging.models import (
    Attempt,
    InFlight,
    Message,
    MessageAbout,
    Receipt,
    Rule,
    Template,
)
from carepost.people import consent, register
from carepost.people.models import ContactPoint
from carepost.practice.audit import SYSTEM
from carepost.practice.models import IdempotentAnswer, Invite, Member
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_line, make_practice

if TYPE_CHECKING:
    from carepost.practice.models import Practice

PHONE = {"system": "phone", "value": "+12125550142"}


def make_practice_with_one_of_each() -> Practice:
    """Rows in every table, each foreign key set in at least one of them."""
    practice = make_practice()
    client = make_client(practice)
    contact = register.add_contact(
        practice.id, SYSTEM, first_name="Lee", client_id=client.id, contact_points=[PHONE]
    )
    consent.give(practice.id, client.id, SYSTEM, channel="sms", address="+12125550142", how="paper")
    consent.stop(practice.id, SYSTEM, channel="sms", address="+12125550199", how="reply")
    visit = make_appointment(practice, client, place="Main Street")
    series.book(
        practice.id, SYSTEM, client_id=client.id, type="Check-up", practitioner="Dr Weekly",
        place="Main Street", starts_at=NOW, repeat=Repeat("weekly", count=2), now=NOW,
    )  # fmt: skip
    line = make_line(practice)
    ours = {"practice_id": practice.id}
    with acting_for(practice.id):
        member = Member.objects.get()
        Practitioner.objects.create(**ours, name="Dr Owner", member=member)
        run = Import.objects.create(**ours, source="csv", member=member)
        Brought.objects.create(**ours, import_run=run, kind="visit", subject_id=visit.id)
        Invite.objects.create(
            **ours,
            email="asked@practice.test",
            role="biller",
            digest=bytes(practice.id.bytes),
            by=member,
            member=member,
            expires_at=NOW,
        )
        IdempotentAnswer.objects.create(
            **ours, key="k", request_digest=b"d", status=200, sealed_body=b"b"
        )
        rule = Rule.objects.create(**ours, kind="appointment_reminder", when="before", days=1)
        template = Template.objects.create(
            **ours, rule=rule, kind="appointment_reminder", language="en", version=1, body="Hello"
        )
        point = ContactPoint.objects.get(client=client, system="phone")
        message = Message.objects.create(
            **ours,
            kind="appointment_reminder",
            channel="sms",
            status="planned",
            rule=rule,
            template=template,
            client=client,
            contact=contact,
            contact_point=point,
            address=point.value,
            line=line,
            due_at=NOW,
            expires_at=NOW + timedelta(days=7),
        )
        MessageAbout.objects.create(
            **ours,
            message=message,
            rule=rule,
            appointment=visit,
            sequence=0,
            recipient_id=client.id,
        )
        attempt = Attempt.objects.create(
            **ours,
            message=message,
            number=1,
            line=line,
            address=point.value,
            sealed=b"sealed",
            at=NOW,
        )
        InFlight.objects.create(
            **ours,
            id=attempt.id,
            message=message,
            line_id=line.line_id,
            address=point.value,
            since=NOW,
            lease_until=NOW,
        )
        Receipt.objects.create(**ours, attempt=attempt, event="delivered")
        assert AppointmentChange.objects.exists()
    return practice
