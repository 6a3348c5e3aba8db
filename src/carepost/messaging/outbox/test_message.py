"""A test to a member's own phone or mailbox, by the way that all messages go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.ground import ids
from carepost.messaging.kinds.test_message import NAME
from carepost.messaging.lines import lines_of
from carepost.messaging.models import Lane, Message
from carepost.messaging.outbox.words import checked, seal
from carepost.messaging.sayings import METHODS, method
from carepost.messaging.status import Status
from carepost.people import addresses
from carepost.practice import audit, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry, Member, Practice

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.audit import Actor

MOST = 10
WITHIN = timedelta(minutes=10)
"""So many tests of one member in so long: enough to set a line up, too few to be sent by."""

GOOD_FOR = timedelta(hours=1)


def say_test(
    practice_id: UUID,
    member_id: UUID,
    actor: Actor,
    *,
    channel: str,
    address: str,
    subject: str = "",
    body: str,
    now: datetime,
) -> Message:
    """Send a member a message marked as a test; gives it: its story tells what came of it.

    `address` is the member's own number or mailbox. It needs no consent, no rule, no switch and
    keeps no hours, but a stop counts. Raises NotFound for a member; Refused (`channel`, `address`,
    `subject`, `body`); Conflict where there is no line, or after `MOST` tests within `WITHIN`.
    """
    if channel not in METHODS or not channel:
        raise Refused(_("There is no such messaging method."), "channel")
    with tenancy.acting_for(practice_id):
        # Locked, so that two clicks are counted one after the other.
        member = Member.objects.select_for_update(no_key=True).filter(id=member_id, active=True)
        if not member.exists():
            raise NotFound(_("There is no such member."), "member_id")
        practice = Practice.objects.get(id=practice_id)
        address = addresses.of_channel(channel, address, practice.country)
        use = lines_of(practice_id).filter(channel=channel).first()
        if use is None:
            said = _(
                "There is no line for this method (%(method)s). Add one in Messaging, Settings."
            )
            raise Conflict(said % {"method": method(channel)}, "channel")
        _not_too_often(practice_id, member_id, now)
        subject, body = checked(channel, _marked(subject) if subject else "", _marked(body))
        message = Message(
            id=ids.fresh(),
            practice_id=practice_id,
            kind=NAME,
            channel=channel,
            status=Status.PLANNED,
            address=address,
            line_id=use.id,
            lane=Lane.objects.get(line_id=use.line_id, urgency=0),
            due_at=now,
            expires_at=now + GOOD_FOR,
            words_set=True,
            time_set=True,
            planned_at=now,
        )
        message.sealed_words = seal(message, subject, body)
        message.save(force_insert=True)
        audit.record(
            practice_id, actor, "message.test", "message", message.id,
            member=str(member_id), channel=channel,
        )  # fmt: skip
    return message


def _marked(text: str) -> str:
    return f"{_('[Test]')} {text.strip()}" if text.strip() else ""


def _not_too_often(practice_id: UUID, member_id: UUID, now: datetime) -> None:
    lately = AuditEntry.objects.filter(
        practice_id=practice_id,
        action="message.test",
        at__gt=now - WITHIN,
        detail__member=str(member_id),
    )
    if lately.count() >= MOST:
        said = _("You have sent %(most)s tests in the last %(minutes)s minutes. Wait a little.")
        minutes = int(WITHIN.total_seconds() // 60)
        raise Conflict(said % {"most": MOST, "minutes": minutes})
