"""What stands of each way to reach a client: agreed, withdrawn, never asked, stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from carepost.people.models import Consent, ContactPoint, Stop
from carepost.people.points import OLD

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.practice.models import Practice

CHANNELS_OF = {"phone": ("sms",), "email": ("email",), "fax": ()}


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact point, the channel it is asked about (empty for fax), and what stands.

    `consent`: the newest word, None if never asked. `stop`: they asked to hear nothing more there.
    `needed`: the practice asks for consent.
    """

    point: ContactPoint
    channel: str
    consent: Consent | None
    stop: bool
    needed: bool

    @property
    def old(self) -> bool:
        return self.point.use == OLD

    @property
    def bad(self) -> bool:
        """A carrier said for good that nobody is there."""
        return self.point.invalid_since is not None and not self.old


def of_points(client_id: UUID, practice: Practice) -> list[Standing]:
    """A client's contact points, each with what stands of it: two statements, however many."""
    stopped = Stop.objects.filter(address=OuterRef("value"), lifted_at=None).values("channel")
    points = ContactPoint.objects.filter(client_id=client_id).order_by("system", "rank", "id")
    newest: dict[tuple[str, str], Consent] = {}
    for consent in Consent.objects.filter(client_id=client_id).order_by("at", "id"):
        newest[consent.channel, consent.address] = consent
    return [
        Standing(
            point,
            channel,
            newest.get((channel, point.value)),
            channel in point.stopped,
            practice.opt_in_required,
        )
        for point in points.annotate(stopped=ArraySubquery(stopped))
        for channel in CHANNELS_OF[point.system] or ("",)
    ]
