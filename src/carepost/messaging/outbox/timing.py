"""When a waiting message leaves: now, or at a time that a member chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.messaging import staff_clock
from carepost.messaging.hours import zone_of
from carepost.messaging.outbox import row
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.practice import audit, fields
from carepost.practice.errors import Conflict, Refused
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.models import Message
    from carepost.practice.audit import Actor

ENDED_BY_A_TIME = frozenset({"waits_for_hours", "retrying"})
"""Why a planned message waits, where a time of its own takes the place of the wait."""


def send_now(practice_id: UUID, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Make a waiting message due now. The gates are still asked. Raises NotFound, Conflict."""
    with acting_for(practice_id):
        message = row.waiting(practice_id, message_id)
        row.still_of_use(message, now)
        if message.lane_id is None or not message.address:
            raise Conflict(sentence(message.hold) or _("It has no line or address to leave by."))
        message.status, message.hold = Status.PLANNED, ""
        message.due_at, message.time_set = now, True
        message.save(update_fields=["status", "hold", "due_at", "time_set"])
        audit.record(practice_id, actor, "message.send_now", "message", message_id)
        return message


def move(
    practice_id: UUID, message_id: UUID, actor: Actor, due_at: datetime, now: datetime
) -> Message:
    """Let a waiting message leave at `due_at`, an aware instant from now until it is too late.

    The planner leaves the time alone from now on. What holds the message still does, and hours are
    still kept: in the recipient's night it waits for the morning. Raises NotFound, Conflict;
    Refused (`due_at`).
    """
    due_at = fields.instant(due_at, "due_at")
    with acting_for(practice_id):
        message = row.waiting(practice_id, message_id)
        row.still_of_use(message, now)
        if due_at < now:
            raise Refused(_("Choose a time to come."), "due_at")
        if due_at >= message.expires_at:
            zone = zone_of(Practice.objects.values_list("timezone", flat=True).get(id=practice_id))
            latest = staff_clock.moment(message.expires_at, zone, now)
            said = _("After %(latest)s it would be too late. Choose an earlier time.")
            raise Refused(said % {"latest": latest}, "due_at")
        if message.hold in ENDED_BY_A_TIME:
            message.hold = ""
        message.due_at, message.time_set = due_at, True
        message.save(update_fields=["hold", "due_at", "time_set"])
        audit.record(
            practice_id, actor, "message.move", "message", message_id, to=due_at.isoformat()
        )
        return message
