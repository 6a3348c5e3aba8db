"""What stands of each way to reach a client: agreed, withdrawn, never asked, stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepost.people.models import Consent, Stop
from carepost.people.points import OLD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from carepost.people.models import ContactPoint
    from carepost.practice.models import Practice

CHANNELS_OF = {"phone": ("sms",), "email": ("email",), "fax": ()}


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact point, the channel it is asked about (empty for fax), and what stands.

    `consent`: the newest word, None if never asked. `needed`: the practice asks for consent.
    """

    point: ContactPoint
    channel: str
    consent: Consent | None
    stop: Stop | None
    needed: bool

    @property
    def old(self) -> bool:
        return self.point.use == OLD

    @property
    def bad(self) -> bool:
        """A carrier said for good that nobody is there."""
        return self.point.invalid_since is not None and not self.old


def of_points(
    client_id: UUID, points: Iterable[ContactPoint], practice: Practice
) -> list[Standing]:
    """Each contact point with what stands of it, in three statements however many there are."""
    points = list(points)
    newest: dict[tuple[str, str], Consent] = {}
    for consent in Consent.objects.filter(client_id=client_id).order_by("at", "id"):
        newest[consent.channel, consent.address] = consent
    addresses = [point.value for point in points]
    stops = {
        (stop.channel, stop.address): stop
        for stop in Stop.objects.filter(address__in=addresses, lifted_at=None).order_by("at")
    }
    return [
        Standing(
            point,
            channel,
            newest.get((channel, point.value)),
            stops.get((channel, point.value)),
            practice.opt_in_required,
        )
        for point in points
        for channel in CHANNELS_OF[point.system] or ("",)
    ]
