"""What planner and gates decide by: plain values, read from the database in a few statements.

None is changed once it is made. Those that a batch makes by the thousand do not say so to Python:
`frozen` would make each several times as dear to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepost.messaging.hours import Quiet, zone_of

if TYPE_CHECKING:
    from datetime import date, datetime, time
    from uuid import UUID
    from zoneinfo import ZoneInfo

ACTIVE = frozenset({"booked", "confirmed"})


@dataclass(frozen=True, slots=True)
class PracticeFacts:
    id: UUID
    timezone: str
    language: str
    messaging_enabled: bool
    opt_in_required: bool
    quiet: Quiet | None


@dataclass(slots=True, unsafe_hash=True)
class Point:
    """A contact point. `rank` 1 is preferred."""

    id: UUID
    system: str
    value: str
    rank: int
    invalid: bool


@dataclass(slots=True, unsafe_hash=True)
class ClientFacts:
    id: UUID
    timezone: str
    language: str
    assigned_channel: str
    points: tuple[Point, ...]
    archived: bool = False


@dataclass(slots=True, unsafe_hash=True)
class Change:
    """One change of a visit that people may have to be told of, and the visit after it."""

    sequence: int
    at: datetime
    tell: bool
    starts_at: datetime
    local_date: date
    local_time: time
    zone: str
    active: bool
    place_id: UUID | None = None


@dataclass(slots=True, unsafe_hash=True)
class Visit:
    id: UUID
    type_id: UUID
    practitioner_id: UUID
    place_id: UUID | None
    local_date: date
    local_time: time
    zone: str
    starts_at: datetime
    status: str
    sequence: int
    scheduled_at: datetime
    changes: tuple[Change, ...] = ()

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


@dataclass(frozen=True, slots=True)
class RuleFacts:
    id: UUID
    kind: str
    channel: str
    when: str  # before, after, change
    days: int
    seconds: int
    at_time: time | None
    types: frozenset[UUID]
    practitioners: frozenset[UUID]
    places: frozenset[UUID]
    skip_if_confirmed: bool
    since: datetime

    def speaks_of(self, visit: Visit) -> bool:
        """Whether the visit is among those the rule is for."""
        return (
            (not self.types or visit.type_id in self.types)
            and (not self.practitioners or visit.practitioner_id in self.practitioners)
            and (not self.places or visit.place_id in self.places)
        )


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line that the practice may use: of the practice, and its lane for each urgency."""

    use_id: UUID
    channel: str
    rank: int
    lanes: tuple[tuple[int, UUID], ...]


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    id: UUID
    rule_id: UUID | None
    kind: str
    what: str
    channel: str
    language: str
    version: int


@dataclass(slots=True, unsafe_hash=True)
class Told:
    """That a message which has left, or was decided on, spoke of a visit at a sequence."""

    rule_id: UUID
    step: int
    visit_id: UUID
    sequence: int


@dataclass(slots=True, unsafe_hash=True)
class Agreement:
    """The newest word on consent for a channel, address and kind; an empty kind stands for all."""

    channel: str
    address: str
    kind: str
    given: bool
    at: datetime
    id: UUID


@dataclass(slots=True, unsafe_hash=True)
class Person:
    """All that is needed to plan for one client."""

    practice: PracticeFacts
    client: ClientFacts
    visits: tuple[Visit, ...]
    rules: tuple[RuleFacts, ...]
    lines: tuple[LineFacts, ...]
    templates: tuple[TemplateFacts, ...]
    told: frozenset[Told]
    consents: tuple[Agreement, ...] = ()

    def agreed(self, channel: str, address: str, kind: str) -> bool | None:
        """What the person last said to messages of a kind there; None: was never asked."""
        said = [
            a
            for a in self.consents
            if (a.channel, a.address) == (channel, address) and a.kind in ("", kind)
        ]
        return max(said, key=lambda a: (a.at, a.id)).given if said else None

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.client.timezone or self.practice.timezone)
