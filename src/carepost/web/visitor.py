"""Who looks at a page: a member of a practice, and what a view needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.practice import audit
from carepost.web import permissions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from carepost.practice.models import Member, Practice, User


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in member. `now` is the one moment at which all of a request happens.

    `practices`: how many practices the user belongs to; of several, one can be chosen.
    """

    practice: Practice
    member: Member
    user: User
    now: datetime
    practices: int = 1

    @property
    def practice_id(self) -> UUID:
        return self.practice.id

    @property
    def role(self) -> str:
        return self.member.role

    @property
    def zone(self) -> ZoneInfo:
        """The practice's zone, in which its pages tell the time."""
        return ZoneInfo(self.practice.timezone)

    @property
    def today(self) -> date:
        """The date on the practice's clocks."""
        return self.now.astimezone(self.zone).date()

    @property
    def actor(self) -> audit.Actor:
        return audit.Actor("member", self.member.id)

    def may(self, scope: str) -> bool:
        """Whether the member's role allows it."""
        return permissions.allows(self.role, scope)

    def has_read(self, kind: str, ids: Iterable[UUID]) -> None:
        """Write down that records of people were read (RULES E3): one entry, with their ids."""
        read = [str(i) for i in ids]
        if read:
            audit.record(self.practice_id, self.actor, f"{kind}.read", kind, ids=read)
