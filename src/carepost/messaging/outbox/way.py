"""The way to a message's recipient by another channel, by the planner's own choice of each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from carepost.messaging.facts import LineFacts, Point, TemplateFacts
from carepost.messaging.kinds import KINDS
from carepost.messaging.kinds.kind import Wish
from carepost.messaging.lines import lines_of
from carepost.messaging.models import Lane, Template
from carepost.messaging.outbound.wanted import line_for, point_for, template_for
from carepost.messaging.reasons import sentence
from carepost.messaging.sayings import method
from carepost.people.models import Client, Consent, ContactPoint, Stop
from carepost.practice.errors import Conflict
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.messaging.models import Message


class Way(NamedTuple):
    """By what a message would reach its recipient."""

    point_id: UUID
    address: str
    line_id: UUID
    lane_id: UUID
    template_id: UUID | None


def to(message: Message, client_id: UUID, channel: str) -> Way:
    """The way to the message's client by a channel. Raises Conflict, saying what is missing."""
    points = ContactPoint.objects.filter(client_id=client_id).exclude(use="old")
    point = point_for(
        tuple(
            Point(p.id, p.system, p.value, p.rank, p.invalid_since is not None)
            for p in points.order_by("rank", "id")
        ),
        channel,
    )
    if point is None:
        raise Conflict(sentence("no_address"), "channel")
    if point.invalid:
        raise Conflict(sentence("bad_address"), "channel")
    line = line_for(
        tuple(LineFacts(u.id, u.channel, u.rank, ()) for u in lines_of(message.practice_id)),
        channel,
    )
    if line is None:
        said = _("There is no line for this method (%(method)s). Add one in Messaging, Settings.")
        raise Conflict(said % {"method": method(channel)}, "channel")
    practice = Practice.objects.get(id=message.practice_id)
    _may_be_written_to(message.kind, client_id, channel, point.value, practice)
    lane = Lane.objects.get(
        line__in=lines_of(message.practice_id).filter(id=line.use_id).values("line"),
        urgency=KINDS[message.kind].urgency,
    )
    return Way(
        point.id,
        point.value,
        line.use_id,
        lane.id,
        _template(message, client_id, channel, practice.language),
    )


def _may_be_written_to(
    kind: str, client_id: UUID, channel: str, address: str, practice: Practice
) -> None:
    if not practice.messaging_enabled:
        raise Conflict(sentence("messaging_off"))
    stops = Stop.objects.filter(
        practice_id=practice.id, channel=channel, address=address, lifted_at=None
    )
    if any(not stop.kinds or kind in stop.kinds for stop in stops):
        raise Conflict(sentence("stopped"), "channel")
    if channel == "fax" or not KINDS[kind].needs_consent:
        return
    said = Consent.objects.filter(client_id=client_id, channel=channel, address=address)
    newest = next((c for c in said.order_by("-at", "-id") if not c.kinds or kind in c.kinds), None)
    if (newest is None and practice.opt_in_required) or (newest is not None and not newest.given):
        raise Conflict(sentence("no_consent"), "channel")


def _template(message: Message, client_id: UUID, channel: str, fallback: str) -> UUID | None:
    rows = Template.objects.filter(practice_id=message.practice_id, kind=message.kind)
    language = Client.objects.values_list("language", flat=True).get(id=client_id)
    wish = Wish(
        kind=message.kind,
        what=message.what,
        rule_id=message.rule_id,  # type: ignore[arg-type]  # None fits no rule's template
        step=1,
        channel=channel,
        moment=message.due_at,
        due=message.due_at,
        expires=message.expires_at,
        about=(),
    )
    kept = tuple(
        TemplateFacts(t.id, t.rule_id, t.kind, t.what, t.channel, t.language, t.version)
        for t in rows
    )
    chosen = template_for(kept, wish, language or fallback, fallback)
    return chosen.id if chosen else None
