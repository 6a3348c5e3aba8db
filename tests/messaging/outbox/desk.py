"""What a front desk has before it: a practice that sends, a visit ahead, its planned reminder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async

from carepost.messaging.models import Attempt, Message
from carepost.practice.audit import Actor
from carepost.practice.models import AuditEntry, Member
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client
from tests.messaging.outbound.test_engine import make_rule, ready_practice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from carepost.appointments.models import Appointment
    from carepost.practice.models import Practice
    from tests.messaging.engine import Engine

P = ParamSpec("P")
T = TypeVar("T")


def off_thread(act: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """The same, to be awaited by a test that drives the engine."""
    return sync_to_async(act)


@dataclass
class Desk:
    """`message` is as it is on disk when it is asked for."""

    practice: Practice
    visit: Appointment
    member: Member

    @property
    def actor(self) -> Actor:
        return Actor("member", self.member.id)

    def messages(self) -> list[Message]:
        with acting_for(self.practice.id):
            return list(Message.objects.order_by("planned_at", "id"))

    def message(self) -> Message:
        (one,) = self.messages()
        return one

    def deeds(self, message_id: UUID) -> list[str]:
        """The audit entries of a message, in order."""
        with acting_for(self.practice.id):
            rows = AuditEntry.objects.filter(subject_id=message_id).order_by("at", "id")
            return [row.action for row in rows]

    def set(self, message_id: UUID, *statuses: str, **fields: Any) -> None:
        """Bring a message into a state, by the moves that there are."""
        with acting_for(self.practice.id):
            for status in statuses:
                Message.objects.filter(id=message_id).update(status=status)
            if fields:
                Message.objects.filter(id=message_id).update(**fields)

    def attempts(self) -> list[Attempt]:
        with acting_for(self.practice.id):
            return list(Attempt.objects.order_by("at", "id"))


def make_desk(rule: dict[str, Any] | None = None, **settings: Any) -> Desk:
    """A practice that sends at any hour unless told otherwise, with a rule and a visit."""
    practice = ready_practice(**{"quiet_hours": None} | settings)
    client = make_client(practice)
    visit = make_appointment(practice, client)
    make_rule(practice, **rule or {})
    with acting_for(practice.id):
        member = Member.objects.get()
        Member.objects.filter(id=member.id).update(name="Rosa Diaz")
        member.refresh_from_db()
    return Desk(practice, visit, member)


async def planned_desk(engine: Engine, **settings: Any) -> Desk:
    """The same, planned."""
    desk = await sync_to_async(make_desk)(**settings)
    await engine.plan()
    return desk
