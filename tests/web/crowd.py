"""A practice with many of each thing, written straight into its tables."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from carepost.appointments.models import Appointment, Import
from carepost.ground import clock, ids
from carepost.messaging.models import Message, MessageAbout, Rule, Template
from carepost.messaging.status import Status
from carepost.people.models import Client, Consent, ContactPoint
from carepost.practice.models import ApiToken, AuditEntry, Invite, Member, User
from carepost.practice.tenancy import acting_for
from tests.web.everything import everything
from tests.web.states import bring

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import models

    from tests.web.desk import World

FEW = 60
"""Of what a practice never has thousands of, at the most: more than one page of a list."""


def crowd(count: int) -> World:
    """One of each, and about `count` of what grows with a practice's years."""
    world = everything()
    few = min(count, FEW)
    now = clock.now().replace(microsecond=0)
    with acting_for(world.practice.id):
        one = Client.objects.get(id=world.ids["client_id"])
        clients = copies(one, count, lambda n: {"last_name": f"Zeta {n:05}"})
        of_one = [one] * (count // 10) + clients
        points = ContactPoint.objects.filter(client=one, system="phone")[0]
        copies(points, count, lambda n: {"client": clients[n], "value": f"+1202555{n:04}"})
        copies(Consent.objects.all()[0], count, lambda n: {"client": clients[n]})
        visits = copies(
            Appointment.objects.get(id=world.ids["appointment_id"]),
            count,
            lambda n: {
                "client": of_one[n],
                "exclusive": False,
                "starts_at": now + timedelta(minutes=15 * (n - count // 2)),
                "ends_at": now + timedelta(minutes=15 * (n - count // 2) + 30),
            },
        )
        messages(world, count, visits)
        copies(Rule.objects.all()[0], few)
        copies(Template.objects.all()[0], few, lambda n: {"version": n + 10, "rule": None})
        copies(AuditEntry.objects.all()[0], count)
        staff(few)
        tried = Import.objects.get(id=world.ids["import_id"])
        copies(tried, few, lambda n: {"status": "done"})
        Import.objects.filter(id=tried.id).update(report=tried.report * (count // 2))
    return world


def messages(world: World, count: int, visits: list[Appointment]) -> None:
    """One about each visit, in all states in turn, a day before it."""
    model = Message.objects.get(id=world.ids["message_id"])
    states = list(Status)
    kept = bring(
        copy(
            model,
            client=visit.client,
            status=states[n % len(states)],
            hold="no_consent" if states[n % len(states)] == Status.HELD else "",
            drop="by_staff" if states[n % len(states)] == Status.DROPPED else "",
            due_at=visit.starts_at - timedelta(days=1),
        )
        for n, visit in enumerate(visits)
    )
    about = MessageAbout.objects.filter(message=model)[0]
    MessageAbout.objects.bulk_create(
        copy(about, message=message, appointment=visit, recipient_id=visit.client_id)
        for message, visit in zip(kept, visits, strict=True)
    )


def staff(count: int) -> None:
    """Members, their tokens, and people asked to become members."""
    users = User.objects.bulk_create(User(email=f"{ids.fresh()}@care.test") for _ in range(count))
    copies(Member.objects.all()[0], count, lambda n: {"user": users[n], "role": "front_desk"})
    copies(ApiToken.objects.all()[0], count, lambda n: {"digest": fresh_digest()})
    copies(
        Invite.objects.all()[0],
        count,
        lambda n: {
            "digest": fresh_digest(),
            "email": f"asked{n}@care.test",
            "expires_at": timezone.now() + timedelta(days=3),
        },
    )


def fresh_digest() -> bytes:
    return hashlib.sha256(ids.fresh().bytes).digest()


def copy(row: Any, **changes: Any) -> Any:
    """The same row with an id of its own and these changes, unsaved (`Any`: of any model)."""
    given = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    made = type(row)(**given | {"id": ids.fresh()})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def copies(
    row: models.Model, count: int, changes: Callable[[int], dict[str, Any]] = lambda n: {}
) -> list[Any]:
    """So many copies, saved."""
    made = [copy(row, **changes(n)) for n in range(count)]
    return list(type(row).objects.bulk_create(made, batch_size=500))  # type: ignore[attr-defined]
