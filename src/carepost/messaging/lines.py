"""Lines: making them, giving each its lanes, and letting practices use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import orjson
from django.conf import settings
from django.db import transaction

from carepost.ground import ids
from carepost.messaging.carrier import Account
from carepost.messaging.models import Lane, Line, PracticeLine
from carepost.practice import audit, changes
from carepost.practice.errors import Refused
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for, practices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from carepost.practice.audit import Actor

URGENCIES = (0, 1)
CARRIES = {"twilio": ("sms",), "smtp": ("email",)}
NEEDS = {"twilio": ("account_sid", "auth_token"), "smtp": ("host",)}
"""Which account settings a carrier cannot do without."""


class HostLine(Protocol):
    """A line that the host's settings make."""

    @property
    def channel(self) -> str: ...
    @property
    def carrier(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, str]: ...


def ensure_host_lines(host_lines: Iterable[HostLine]) -> None:
    """Make the host's lines as its settings say, and let every practice use them.

    A host line that the settings no longer name is switched off. Safe to repeat.
    """
    kept = []
    with transaction.atomic():
        for wanted in host_lines:
            line, _ = Line.objects.get_or_create(
                owner=None,
                channel=wanted.channel,
                carrier=wanted.carrier,
                address=wanted.address,
                defaults={"id": ids.fresh(), "sealed_settings": b""},
            )
            line.sealed_settings = _sealed(line.id, wanted.settings)
            line.active = True
            line.save()
            _make_lanes(line)
            kept.append(line.id)
        Line.objects.filter(owner=None, active=True).exclude(id__in=kept).update(active=False)
    for practice_id in practices():
        attach_host_lines(practice_id)


def attach_host_lines(practice_id: UUID) -> None:
    """Let a practice use the host's lines, after its own."""
    with acting_for(practice_id):
        used = set(PracticeLine.objects.values_list("line_id", flat=True))
        new = [
            PracticeLine(practice_id=practice_id, line=line, channel=line.channel, rank=100)
            for line in Line.objects.filter(owner=None, active=True).order_by("id")
            if line.id not in used
        ]
        if new:
            PracticeLine.objects.bulk_create(new)
            changes.touch_practice(practice_id)


def add_line(
    practice_id: UUID,
    actor: Actor,
    *,
    channel: str,
    carrier: str,
    address: str,
    settings: Mapping[str, str],
    rate: float | None = None,
) -> PracticeLine:
    """A practice's own line. `rate`: hand-overs a second, None for no limit. Raises Refused."""
    if channel not in CARRIES.get(carrier, ()):
        known = ", ".join(f"{c} for {'/'.join(ch)}" for c, ch in sorted(CARRIES.items()))
        raise Refused(f"There is no carrier {carrier} for {channel}. Choose {known}.", "carrier")
    missing = [name for name in NEEDS[carrier] if not settings.get(name)]
    if missing:
        raise Refused(f"The account needs {' and '.join(missing)}.", "settings")
    if rate is not None and not 0 < rate <= 10_000:
        raise Refused("A rate is a number of messages a second, more than 0.", "rate")
    with acting_for(practice_id):
        line_id = ids.fresh()
        if Line.objects.filter(
            owner_id=practice_id, channel=channel, carrier=carrier, address=address
        ).exists():
            raise Refused("There is a line with this address already.", "address")
        line = Line.objects.create(
            id=line_id,
            owner_id=practice_id,
            channel=channel,
            carrier=carrier,
            address=address,
            sealed_settings=_sealed(line_id, settings),
            rate=rate,
        )
        _make_lanes(line)
        use = PracticeLine.objects.create(
            practice_id=practice_id, line=line, channel=channel, rank=1
        )
        audit.record(
            practice_id, actor, "line.add", "line", line.id, channel=channel, carrier=carrier
        )
        changes.touch_practice(practice_id)
    return use


def lines_of(practice_id: UUID) -> QuerySet[PracticeLine]:
    """The lines a practice may use now, in the order they are chosen."""
    return (
        PracticeLine.objects.filter(practice_id=practice_id, line__active=True)
        .select_related("line")
        .order_by("channel", "rank", "id")
    )


def account_of(line_id: UUID) -> Account:
    """A line's account, open. Raises Line.DoesNotExist where the transaction cannot see it."""
    line = Line.objects.get(id=line_id)
    address = line.address
    if not address:
        address = Practice.objects.values_list("email", flat=True).first() or ""
    opened = settings.KEY_RING.unwrap(bytes(line.sealed_settings), line.id.bytes)
    return Account(line_id=line.id, address=address, settings=orjson.loads(opened))


def _sealed(line_id: UUID, account: Mapping[str, str]) -> bytes:
    sealed: bytes = settings.KEY_RING.wrap(orjson.dumps(dict(account)), line_id.bytes)
    return sealed


def _make_lanes(line: Line) -> None:
    for urgency in URGENCIES:
        Lane.objects.get_or_create(line=line, urgency=urgency, defaults={"id": ids.fresh()})
