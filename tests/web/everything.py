"""A practice with something on every page: for walks over all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache

from carepost.appointments.models import Import
from carepost.ground import clock
from carepost.messaging import rehearsal
from carepost.messaging.models import Line, Message, MessageAbout, Rule, Template
from carepost.messaging.reasons import DROPS, HOLDS
from carepost.messaging.status import Status
from carepost.people.models import Client, Contact, ContactPoint
from carepost.practice.models import ApiToken, Invite, Member
from carepost.practice.tenancy import acting_for
from carepost.web.rehearsals import jobs
from tests.appointments.imports.files_of import a_file, a_row, check
from tests.builders import make_appointment
from tests.practice.one_of_each import make_practice_with_one_of_each
from tests.web.desk import World
from tests.web.states import bring

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

SURNAME = "Zwingli"


def everything() -> World:
    """A practice with one of each, visits around now, and a message in every state."""
    practice = make_practice_with_one_of_each()
    now = clock.now()
    tried = check(practice, a_file(a_row(), a_row(id="V-2", date="31/31/2026")), now)
    with acting_for(practice.id):
        Import.objects.exclude(id=tried.id).update(status="done")  # it came without a file
        client = Client.objects.get()
        Client.objects.filter(id=client.id).update(last_name=SURNAME)
        old = MessageAbout.objects.get().appointment
        point = ContactPoint.objects.filter(client=client).order_by("id")[0]
        rule, template = Rule.objects.get(), Template.objects.get()
        model = Message.objects.get()
    visits = [
        make_appointment(practice, client, at=now.replace(microsecond=0) + timedelta(days=days))
        for days in (-3, 0.2, 1, 5)
    ]
    with acting_for(practice.id):
        states = [(status, "", "") for status in Status if status not in (Status.HELD, "dropped")]
        states += [("held", hold, "") for hold in HOLDS] + [("dropped", "", drop) for drop in DROPS]
        messages = bring(
            Message(
                practice_id=practice.id, kind=model.kind, channel="sms", status=status, hold=hold,
                drop=drop, rule=rule, template=template, client=client, contact_point=point,
                address=point.value, line=model.line, due_at=now + timedelta(minutes=place),
                expires_at=now + timedelta(days=5),
            )
            for place, (status, hold, drop) in enumerate(states)
        )  # fmt: skip
        MessageAbout.objects.bulk_create(
            MessageAbout(
                practice_id=practice.id, message=message, rule=rule, step=place + 2,
                appointment=visits[3], sequence=0, recipient_id=client.id,
            )
            for place, message in enumerate(messages)
        )  # fmt: skip
        ids = {
            "client_id": client.id,
            "contact_id": Contact.objects.get().id,
            "point_id": point.id,
            "appointment_id": visits[2].id,
            "visit_id": old.id,
            "type_id": old.type_id,
            "practitioner_id": old.practitioner_id,
            "place_id": old.place_id,
            "message_id": model.id,
            "rule_id": rule.id,
            "template_id": template.id,
            "import_id": tried.id,
            "member_id": Member.objects.order_by("created_at")[0].id,
            "token_id": ApiToken.objects.order_by("created_at")[0].id,
            "line_id": Line.objects.filter(owner_id=practice.id)[0].id,
            "invite_id": Invite.objects.get().id,
            "key": rehearsed(practice.id, rule.id, now),
        }
    return World(practice, ids)


def rehearsed(practice_id: UUID, rule_id: UUID, now: datetime) -> str:
    """The key of a rehearsal that is over: of the reminders' end."""
    found = rehearsal.rehearse(practice_id, rehearsal.RemovedRule(rule_id), now)
    key = f"rehearsal of {practice_id}".replace(" ", "-")
    asked = {"sort": ["appointment_reminder", "sms", "en", "all"]}  # as a template's has it
    cache.set(jobs._name(key), jobs.Job(practice_id, asked, found=found), jobs.KEPT)
    return key
