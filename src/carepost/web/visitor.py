"""Who looks at a page: a member of a practice, and what a view needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from carepost.appointments import own
from carepost.people.models import Client
from carepost.practice import audit
from carepost.web import permissions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import Model, QuerySet

    from carepost.practice.models import Member, Practice, User

Row = TypeVar("Row", bound="Model")


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

    @property
    def limited(self) -> bool:
        """Whether they see their own clients alone, as the practice may have it for practitioners.

        Where not, nothing below asks the database anything.
        """
        return own.is_limited(self.practice, self.member)

    @property
    def own_of(self) -> UUID | None:
        """Whose own clients alone are seen: the member's, or None for everybody's."""
        return self.member.id if self.limited else None

    def own(self, rows: QuerySet[Row], client: str = "client_id") -> QuerySet[Row]:
        """Of the rows, those of the clients whom the visitor may see; `client` names the client."""
        if not self.limited:
            return rows
        return rows.filter(own.narrowed(self.practice_id, self.member.id, client))

    def owns(self, rows: QuerySet[Row], client: str = "client_id") -> bool:
        """Whether there is one of the rows, found by id, that the visitor may see."""
        if not self.limited:
            return rows.exists()
        mine = own.clients(self.practice_id, self.member.id)
        return rows.filter(**{f"{client}__in": mine}).exists()

    @property
    def clients(self) -> QuerySet[Client] | None:
        """Among whom people are found: None for all clients."""
        return self.own(Client.objects.all(), "id") if self.limited else None

    @property
    def practitioners(self) -> list[UUID] | None:
        """With whom they may book: None for anybody, none where nobody is linked to them yet."""
        return own.practitioners(self.member.id) if self.limited else None

    def has_read(self, kind: str, ids: Iterable[UUID]) -> None:
        """Write down that records of people were read (RULES E3): one entry, with their ids."""
        read = [str(i) for i in ids]
        if read:
            audit.record(self.practice_id, self.actor, f"{kind}.read", kind, ids=read)
