"""Whether, and when, a client is told of the last change of their visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Q
from django.utils.translation import gettext as _

from carepost.appointments.models import AppointmentChange
from carepost.messaging.kinds import appointment_notice
from carepost.messaging.models import Message, MessageAbout, Rule
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.practice.models import Replan

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.appointments.models import Appointment
    from carepost.web.visitor import Visitor

FRESH = timedelta(minutes=10)
"""How long after a change there is something to say of it, where no message waits."""
MOST = 200
"""Messages of one visit that are read, the latest: rules make a few for each time it moves."""
SOON = timedelta(hours=1)
"""Within it, seconds are counted down; what is later has a time of day."""

WAITS, LEAVES, HELD, HUSHED, TOLD, NOBODY, NOTHING = (
    "waits", "leaves", "held", "hushed", "told", "nobody", "nothing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """`state`: waits, leaves, held, hushed, told, nobody (no rule tells), nothing (to tell).

    `sequence` is the change's. `message` is its notice; None while that is not planned yet.
    `seconds` until it leaves, if soon; else `due`. `reason` is why it is held.
    """

    state: str
    sequence: int
    message: Message | None = None
    due: datetime | None = None
    seconds: int | None = None
    reason: str = ""

    @property
    def countdown(self) -> str:
        """Minutes and seconds, as the strip begins to count them down."""
        return f"{(self.seconds or 0) // 60}:{(self.seconds or 0) % 60:02}"

    @property
    def may_send(self) -> bool:
        return self.state == WAITS and self.message is not None

    @property
    def may_hush(self) -> bool:
        return self.state in (WAITS, HELD)

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it by itself, so that nobody need ask again."""
        return self.state in (TOLD, NOBODY, NOTHING)


@dataclass(frozen=True, slots=True)
class About:
    """The messages about a visit, by time; and `now`, of them those about it as it stands."""

    messages: list[Message]
    now: list[Message]


def about(visit: Appointment) -> About:
    """What was and will be said of a visit, as it is and as it was before, in one statement."""
    rows = list(
        MessageAbout.objects.filter(appointment_id=visit.id)
        .select_related("message")
        .defer("message__trace", "message__sealed_words")
        .order_by("-message__due_at", "-message_id")[:MOST]
    )[::-1]
    by_id = {row.message_id: row.message for row in rows}
    current = {row.message_id: row.message for row in rows if row.sequence == visit.sequence}
    return About(list(by_id.values()), list(current.values()))


def of(visit: Appointment, visitor: Visitor, known: About | None = None) -> Told | None:
    """What is to be said of the last change; None where it is long past and nothing waits.

    1. The notice about the change as it stands, if it is planned: what became of it.
    2. Else whoever made the change said not to tell.
    3. Else no rule tells of changes of such visits.
    4. Else the planner has not come by yet; or it has, and found nothing to tell.

    `known`: the messages about it, where they were read already.
    """
    change = AppointmentChange.objects.filter(
        appointment_id=visit.id, sequence=visit.sequence
    ).first()
    if change is None:
        return None
    message = _notice(known or about(visit))
    if message is not None and message.status != Status.DROPPED:
        return _of_message(message, change, visitor)
    if change.at < visitor.now - FRESH:
        return None
    if not change.tell or (message is not None and message.drop == "by_staff"):
        return Told(HUSHED, change.sequence)
    rule = _rule(visit)
    if rule is None:
        return Told(NOBODY, change.sequence)
    if message is None and rule.pending:
        return _waits(change.sequence, None, change.at + timedelta(seconds=rule.seconds), visitor)
    return Told(NOTHING, change.sequence)


def _of_message(message: Message, change: AppointmentChange, visitor: Visitor) -> Told | None:
    if message.status == Status.PLANNED:
        if not change.tell:
            return Told(HUSHED, change.sequence)
        return _waits(change.sequence, message, message.due_at, visitor)
    if message.status == Status.HELD:
        return Told(HELD, change.sequence, message, reason=_(sentence(message.hold)))
    if change.at < visitor.now - FRESH:
        return None
    if message.status in (Status.SENDING, Status.UNCERTAIN):
        return Told(LEAVES, change.sequence, message)
    return Told(TOLD, change.sequence, message)


def _waits(sequence: int, message: Message | None, due: datetime, visitor: Visitor) -> Told:
    left = due - visitor.now
    if left <= timedelta():
        return Told(LEAVES, sequence, message)
    seconds = round(left.total_seconds()) if left <= SOON else None
    return Told(WAITS, sequence, message, due=due, seconds=seconds)


def _notice(known: About) -> Message | None:
    """The notice of the visit's last change: of several, one that still waits."""
    found = [message for message in known.now if message.kind == appointment_notice.NAME]
    waiting = [message for message in found if message.status in (Status.PLANNED, Status.HELD)]
    return next(iter(waiting or found), None)


def _rule(visit: Appointment) -> Any:
    """The rule that tells soonest of changes of such visits, or None.

    With `pending`: whether the planner has yet to come by for this client (`Any`: a Rule with it).
    """
    waiting = Replan.objects.filter(subject_id__in=[visit.client_id, visit.practice_id])
    rules = Rule.objects.filter(kind=appointment_notice.NAME, active=True)
    for name, value in (
        ("types", visit.type_id),
        ("practitioners", visit.practitioner_id),
        ("places", visit.place_id),
    ):
        anyone = Q(**{name: []})
        rules = rules.filter(anyone | Q(**{f"{name}__contains": [value]}) if value else anyone)
    return rules.annotate(pending=Exists(waiting)).order_by("seconds", "id").first()
