"""Lines: making them, giving each its lanes, and letting practices use them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import orjson
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from carepost.ground import ids
from carepost.ground.sealing import SealingError
from carepost.messaging import line_check
from carepost.messaging.carrier import Account
from carepost.messaging.models import Lane, Line, PracticeLine
from carepost.practice import audit, changes, fields
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for, practices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from carepost.messaging.line_check import Checked
    from carepost.practice.audit import Actor

URGENCIES = (0, 1)
CARRIES = {"twilio": ("sms",), "smtp": ("email",)}
NEEDS = {"twilio": ("account_sid", "auth_token"), "smtp": ("host",)}
"""Which account settings a carrier cannot do without."""

LONGEST_PAUSE = timedelta(days=31)


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


def all_lines_of(practice_id: UUID) -> QuerySet[PracticeLine]:
    """The same with those that are switched off, which come last."""
    return (
        PracticeLine.objects.filter(practice_id=practice_id)
        .select_related("line")
        .order_by("-line__active", "channel", "rank", "id")
    )


def pause(
    practice_id: UUID, line_id: UUID, actor: Actor, until: datetime, now: datetime
) -> PracticeLine:
    """Let nothing leave by a line of the practice's own until a moment; then it goes on by itself.

    `line_id`: of the `PracticeLine`, here and below. Raises NotFound, Conflict for the host's;
    Refused (`until`).
    """
    until = fields.instant(until, "until")
    with acting_for(practice_id):
        use = _own(practice_id, line_id)
        if not now < until <= now + LONGEST_PAUSE:
            raise Refused(
                _("Choose a time to come, within a month; or switch the line off."), "until"
            )
        use.line.paused_until = until
        use.line.save(update_fields=["paused_until"])
        audit.record(practice_id, actor, "line.pause", "line", use.line_id, until=until.isoformat())
    return use


def resume(practice_id: UUID, line_id: UUID, actor: Actor) -> PracticeLine:
    """Let a paused line go on, whether a member or its carrier's trouble paused it.

    Raises NotFound, Conflict for the host's. Doing it again changes nothing.
    """
    with acting_for(practice_id):
        use = _own(practice_id, line_id)
        if use.line.paused_until is not None or use.line.trouble:
            use.line.paused_until, use.line.trouble = None, ""
            use.line.save(update_fields=["paused_until", "trouble"])
            audit.record(practice_id, actor, "line.resume", "line", use.line_id)
    return use


def switch_off(practice_id: UUID, line_id: UUID, actor: Actor) -> PracticeLine:
    """Let nothing leave by a line of the practice's own any more: what waits for it takes another
    line of its method, or is held. Raises NotFound, Conflict for the host's."""
    return _switch(practice_id, line_id, actor, on=False)


def switch_on(practice_id: UUID, line_id: UUID, actor: Actor) -> PracticeLine:
    """The other way round."""
    return _switch(practice_id, line_id, actor, on=True)


def rename(practice_id: UUID, line_id: UUID, actor: Actor, name: str) -> PracticeLine:
    """What the practice calls a line, its own or the host's; empty: it goes by its address.

    Raises NotFound, Refused (`name`).
    """
    name = fields.text(name, "name", most=60)
    with acting_for(practice_id):
        use = _use(practice_id, line_id)
        if use.name != name:
            use.name = name
            use.save(update_fields=["name"])
            audit.record(practice_id, actor, "line.rename", "line", use.line_id)
    return use


def check(practice_id: UUID, line_id: UUID, actor: Actor, now: datetime) -> Checked:
    """Ask the line's carrier whether it knows us. Sends nothing; takes ten seconds at most.

    A line that works again loses its trouble, if it is the practice's own. Raises NotFound.
    """
    with acting_for(practice_id):
        use = _use(practice_id, line_id)
        try:
            account = account_of(use.line_id)
        except SealingError:
            return line_check.unreadable()
    found = line_check.ask(use.line.carrier, account)
    with acting_for(practice_id):
        audit.record(practice_id, actor, "line.check", "line", use.line_id, well=found.well)
        own = Line.objects.filter(id=use.line_id, owner_id=practice_id)
        if found.well:
            own.exclude(trouble="").update(trouble="", paused_until=None)
    return found


def account_of(line_id: UUID) -> Account:
    """A line's account, open. Raises Line.DoesNotExist where the transaction cannot see it."""
    line = Line.objects.get(id=line_id)
    address = line.address
    if not address:
        address = Practice.objects.values_list("email", flat=True).first() or ""
    opened = settings.KEY_RING.unwrap(bytes(line.sealed_settings), line.id.bytes)
    return Account(line_id=line.id, address=address, settings=orjson.loads(opened))


def _use(practice_id: UUID, line_id: UUID) -> PracticeLine:
    use = (
        PracticeLine.objects.select_related("line")
        .select_for_update(of=("self",))
        .filter(practice_id=practice_id, id=line_id)
        .first()
    )
    if use is None:
        raise NotFound(_("There is no such line."), "line_id")
    return use


def _own(practice_id: UUID, line_id: UUID) -> PracticeLine:
    use = _use(practice_id, line_id)
    if use.line.owner_id != practice_id:
        raise Conflict(_("This line belongs to the host, who alone can change it."))
    return use


def _switch(practice_id: UUID, line_id: UUID, actor: Actor, *, on: bool) -> PracticeLine:
    with acting_for(practice_id):
        use = _own(practice_id, line_id)
        if use.line.active != on:
            use.line.active = on
            use.line.save(update_fields=["active"])
            act = "line.switch_on" if on else "line.switch_off"
            audit.record(practice_id, actor, act, "line", use.line_id)
            changes.touch_practice(practice_id)
    return use


def _sealed(line_id: UUID, account: Mapping[str, str]) -> bytes:
    sealed: bytes = settings.KEY_RING.wrap(orjson.dumps(dict(account)), line_id.bytes)
    return sealed


def _make_lanes(line: Line) -> None:
    for urgency in URGENCIES:
        Lane.objects.get_or_create(line=line, urgency=urgency, defaults={"id": ids.fresh()})
