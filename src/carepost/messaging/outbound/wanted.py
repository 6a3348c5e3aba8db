"""From a person's facts to the messages that should exist for them. Pure.

Kinds make wishes; here each gets a contact point, a line with its lane, a template, and a standing
hold where one of these is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.kinds import KINDS
from carepost.messaging.kinds.appointment_notice import NAME as NOTICE

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import LineFacts, Person, Point, TemplateFacts
    from carepost.messaging.kinds.kind import Wish

SYSTEM_OF = {"sms": "phone", "voice": "phone", "fax": "fax", "email": "email"}


class Wanted(NamedTuple):
    """One message that should exist. `hold`: a code, where it cannot be sent as things stand."""

    kind: str
    what: str
    rule_id: UUID
    step: int
    channel: str
    client_id: UUID
    point_id: UUID | None
    address: str
    line_id: UUID | None
    lane_id: UUID | None
    template_id: UUID | None
    due_at: datetime
    expires_at: datetime
    hold: str
    about: tuple[tuple[UUID, int], ...]
    was: tuple[str, str, str] | None


class Way(NamedTuple):
    """What a channel finds a person by: contact point, line and its lanes by urgency; `hold` where
    one is missing."""

    point: Point | None
    line: LineFacts | None
    lanes: dict[int, UUID]
    hold: str


def wanted(person: Person) -> list[Wanted]:
    """The messages that should wait for a person, by the facts as they are. In a stable order."""

    def channel_of(named: str) -> str:
        return named or assigned_channel(person)

    ways: dict[str, Way] = {}
    made = []
    for kind in KINDS.values():
        for wish in kind.wishes(person, channel_of):
            way = ways.get(wish.channel)
            if way is None:
                way = ways[wish.channel] = way_to(person, wish.channel)
            made.append(_addressed(person, wish, way, kind.urgency))
    return sorted(made, key=lambda w: (w.due_at, w.rule_id, w.about))


def assigned_channel(person: Person) -> str:
    """The person's assigned channel; unassigned: SMS, or email where that is all there is."""
    if person.client.assigned_channel:
        return person.client.assigned_channel
    systems = {point.system for point in person.client.points}
    return "email" if "email" in systems and "phone" not in systems else "sms"


def point_for(points: tuple[Point, ...], channel: str) -> Point | None:
    """The contact point a channel uses: a valid one before an invalid, then by rank, then by id."""
    fitting = [p for p in points if p.system == SYSTEM_OF[channel]]
    return min(fitting, key=lambda p: (p.invalid, p.rank, p.id), default=None)


def line_for(lines: tuple[LineFacts, ...], channel: str) -> LineFacts | None:
    """The practice's first line of a channel."""
    fitting = [line for line in lines if line.channel == channel]
    return min(fitting, key=lambda line: (line.rank, line.use_id), default=None)


def template_for(
    templates: tuple[TemplateFacts, ...], wish: Wish, language: str, fallback: str
) -> TemplateFacts | None:
    """The newest template that fits best: the rule's before the kind's, its channel before any,
    the person's language before the practice's. None: the default wording."""
    primary = language.partition("-")[0]
    order = {language: 0, primary: 1, fallback: 2}

    def worth(t: TemplateFacts) -> tuple[int, int, int, int]:
        return (t.rule_id is None, t.channel == "", order[t.language], -t.version)

    fitting = [
        t
        for t in templates
        if t.kind == wish.kind
        and t.what in ("", wish.what)
        and t.rule_id in (None, wish.rule_id)
        and t.channel in ("", wish.channel)
        and t.language in order
    ]
    return min(fitting, key=worth, default=None)


def standing_hold(person: Person, kind: str, channel: str, address: str) -> str:
    """What holds any message of this kind to this address as things stand; empty for nothing."""
    if not person.practice.messaging_enabled:
        return "messaging_off"
    if channel != "fax" and KINDS[kind].needs_consent:
        agreed = person.agreed(channel, address, kind)
        if agreed is False or (agreed is None and person.practice.opt_in_required):
            return "no_consent"
    return ""


def way_to(person: Person, channel: str) -> Way:
    """How a person is reached by a channel, as things stand."""
    point = point_for(person.client.points, channel)
    line = line_for(person.lines, channel)
    hold = ""
    if point is None:
        hold = "no_address"
    elif point.invalid:
        hold = "bad_address"
    elif line is None:
        hold = "no_line"
    return Way(point, line, dict(line.lanes) if line else {}, hold)


def _addressed(person: Person, wish: Wish, way: Way, urgency: int) -> Wanted:
    point, line, lanes, hold = way
    template = None
    if person.templates:
        practice = person.practice.language
        template = template_for(
            person.templates, wish, person.client.language or practice, practice
        )
    return Wanted(  # by place, in the order of its fields: a batch makes thousands
        wish.kind,
        wish.what,
        wish.rule_id,
        wish.step,
        wish.channel,
        person.client.id,
        point.id if point else None,
        point.value if point else "",
        line.use_id if line else None,
        lanes[urgency] if line else None,
        template.id if template else None,
        wish.due or wish.moment,
        wish.expires,
        hold or _archived(person, wish) or ("" if wish.due else "outside_hours"),
        wish.about,
        wish.was,
    )


def _archived(person: Person, wish: Wish) -> str:
    """Nothing new is said to an archived client; of what was cancelled before, they still hear."""
    return "archived" if person.client.archived and wish.kind != NOTICE else ""
