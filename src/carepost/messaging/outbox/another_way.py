"""The same said by another messaging method, because a member chose so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from carepost.ground import ids
from carepost.messaging.kinds import KINDS
from carepost.messaging.models import Message, MessageAbout
from carepost.messaging.outbox import row, way
from carepost.messaging.outbox.calling_off import call_off
from carepost.messaging.sayings import METHODS, method
from carepost.messaging.status import WAITING, Status
from carepost.practice import audit
from carepost.practice.errors import Conflict, Refused
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.audit import Actor

ALLOWED = frozenset(
    {*WAITING, Status.FAILED, Status.UNDELIVERED, Status.NO_RECEIPT, Status.NEEDS_PERSON}
)
STEPS = {"sms": 101, "email": 102, "voice": 103, "fax": 104}
"""The step of what a member sent by another way: one for each, so that it can be said so once."""


def retry_by(
    practice_id: UUID, message_id: UUID, channel: str, actor: Actor, now: datetime
) -> Message:
    """A new message about the same, by another channel, due now; gives it.

    The old one is dropped if it still waited. The gates are asked as ever. Raises NotFound,
    Refused for a channel that there is not; Conflict where the person cannot be reached so: no
    number or address, no line, no consent, or stopped.
    """
    if channel not in METHODS or not channel:
        raise Refused(_("There is no such messaging method."), "channel")
    with acting_for(practice_id):
        old = row.locked(practice_id, message_id)
        client_id = _may(old, channel, now)
        found = way.to(old, client_id, channel)
        new = Message(
            id=ids.fresh(),
            practice_id=practice_id,
            kind=old.kind,
            what=old.what,
            channel=channel,
            status=Status.PLANNED,
            rule_id=old.rule_id,
            step=STEPS[channel],
            client_id=old.client_id,
            contact_point_id=found.point_id,
            address=found.address,
            line_id=found.line_id,
            lane_id=found.lane_id,
            template_id=found.template_id,
            due_at=now,
            expires_at=old.expires_at,
            time_set=True,
            planned_at=now,
            trace=_kept(old),
        )
        if _about_again(old, new):
            said = _("It was sent by this method already: %(method)s. Try that one again.")
            raise Conflict(said % {"method": method(channel)})
        if old.status in WAITING:
            call_off(old, "another_way", now)
        new.save(force_insert=True)
        MessageAbout.objects.bulk_create(_about(old, new))
        _note(practice_id, actor, old, new)
        return new


def _may(old: Message, channel: str, now: datetime) -> UUID:
    """Whom it is to. Raises Conflict where nobody may say it another way."""
    if old.status not in ALLOWED:
        raise row.against(old)
    row.still_of_use(old, now)
    if old.client_id is None or KINDS[old.kind].to_staff:
        raise Conflict(_("This was a test. Send another one by the other method instead."))
    if channel == old.channel:
        raise Conflict(_("That is the method it had. Try it again instead."))
    return old.client_id


def _kept(old: Message) -> dict[str, object] | None:
    """What the words of a notice need: the time that it speaks of as the former one."""
    was = (old.trace or {}).get("was")
    return {"was": was} if was else None


def _about(old: Message, new: Message) -> list[MessageAbout]:
    return [
        MessageAbout(
            id=ids.fresh(),
            practice_id=new.practice_id,
            message_id=new.id,
            rule_id=about.rule_id,
            step=new.step,
            appointment_id=about.appointment_id,
            sequence=about.sequence,
            recipient_id=about.recipient_id,
        )
        for about in MessageAbout.objects.filter(message=old).order_by("id")
    ]


def _about_again(old: Message, new: Message) -> bool:
    same = Q()
    for about in _about(old, new):
        same |= Q(
            rule_id=about.rule_id,
            appointment_id=about.appointment_id,
            sequence=about.sequence,
            recipient_id=about.recipient_id,
        )
    return (
        bool(same)
        and MessageAbout.objects.filter(same, practice_id=new.practice_id, step=new.step).exists()
    )


def _note(practice_id: UUID, actor: Actor, old: Message, new: Message) -> None:
    audit.record(
        practice_id, actor, "message.retry_by", "message", old.id,
        channel=new.channel, message=str(new.id),
    )  # fmt: skip
    audit.record(
        practice_id, actor, "message.instead_of", "message", new.id,
        channel=old.channel, message=str(old.id),
    )  # fmt: skip
