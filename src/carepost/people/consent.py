"""Consent, given and withdrawn by a client, and stops, made and lifted by whoever has an address.

A giving or withdrawing is never rewritten: the newest for a channel and address counts (RULES A8).
A stop holds for the address, whoever has it (RULES A1, A2), until that address asks to hear again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carepost.ground import clock
from carepost.people import addresses
from carepost.people.models import Client, Consent, ContactPoint, Stop
from carepost.practice import audit, changes, fields, tenancy
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID


def give(
    practice_id: UUID,
    client_id: UUID,
    actor: audit.Actor,
    *,
    channel: str,
    address: str,
    kinds: Iterable[str] = (),
    how: str,
    words: str = "",
    now: datetime | None = None,
) -> Consent:
    """Keep that a client agreed to messages of a channel at an address; no kinds: to all.

    `how`: api, spoken, paper, form, reply, import; `words`: exactly what was shown or said to them.
    Lifts no stop. Raises NotFound, Refused.
    """
    return _said(
        practice_id, client_id, actor, True, channel, address, kinds, how, words, now
    )  # fmt: skip


def withdraw(
    practice_id: UUID,
    client_id: UUID,
    actor: audit.Actor,
    *,
    channel: str,
    address: str,
    kinds: Iterable[str] = (),
    how: str,
    words: str = "",
    now: datetime | None = None,
) -> Consent:
    """Keep that a client no longer agrees; the rest as for `give`."""
    return _said(
        practice_id, client_id, actor, False, channel, address, kinds, how, words, now
    )  # fmt: skip


def stop(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    channel: str,
    address: str,
    kinds: Iterable[str] = (),
    how: str,
    now: datetime | None = None,
) -> Stop:
    """Stop all messages of a channel to an address, or those of some kinds.

    Every client with that address is planned for again. Where a stop in force covers it, that one
    stands and nothing is written. `how`: api, reply, carrier (RULES A4), unsubscribe. Raises
    Refused.
    """
    with tenancy.acting_for(practice_id):
        address = addresses.of_channel(channel, address, _country(practice_id))
        wanted = _kinds(kinds)
        for standing in _in_force(channel, address):
            if not standing.kinds or (wanted and set(wanted) <= set(standing.kinds)):
                return standing
        made = Stop.objects.create(
            practice_id=practice_id,
            channel=channel,
            address=address,
            kinds=wanted,
            at=now or clock.now(),
            how=fields.text(how, "how", most=40, required=True),
        )
        _tell(practice_id, actor, "stop.make", made, kinds=wanted)
    return made


def lift(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    channel: str,
    address: str,
    kinds: Iterable[str] = (),
    how: str,
    now: datetime | None = None,
) -> int:
    """Lift the stops of a channel and address, or let some kinds through again; says how many.

    A stop of several kinds of which some are lifted is followed by one of the others. Raises
    Refused where some kinds are to be lifted from a stop of all: ask to lift it whole.
    """
    at = now or clock.now()
    with tenancy.acting_for(practice_id):
        address = addresses.of_channel(channel, address, _country(practice_id))
        wanted = set(_kinds(kinds))
        lifted = 0
        for standing in _in_force(channel, address):
            if wanted and not standing.kinds:
                raise Refused("Everything was stopped here: lift the stop as a whole.", "kinds")
            rest = [kind for kind in standing.kinds if kind not in wanted] if wanted else []
            if wanted and len(rest) == len(standing.kinds):
                continue
            standing.lifted_at = at
            standing.save(update_fields=["lifted_at"])
            if rest:
                Stop.objects.create(
                    practice_id=practice_id, channel=channel, address=address,
                    kinds=rest, at=standing.at, how=standing.how,
                )  # fmt: skip
            _tell(practice_id, actor, "stop.lift", standing, how=_how(how), kinds=sorted(wanted))
            lifted += 1
    return lifted


def _said(
    practice_id: UUID,
    client_id: UUID,
    actor: audit.Actor,
    given: bool,
    channel: str,
    address: str,
    kinds: Iterable[str],
    how: str,
    words: str,
    now: datetime | None,
) -> Consent:
    with tenancy.acting_for(practice_id):
        if not Client.objects.filter(id=client_id).exists():
            raise NotFound("There is no such client.", "client_id")
        kept = Consent.objects.create(
            practice_id=practice_id,
            client_id=client_id,
            channel=channel,
            address=addresses.of_channel(channel, address, _country(practice_id)),
            given=given,
            kinds=_kinds(kinds),
            at=now or clock.now(),
            how=_how(how),
            words=fields.words(words, "words"),
            by_kind=actor.kind,
            by_id=actor.id,
        )
        audit.record(
            practice_id, actor, "consent.give" if given else "consent.withdraw", "client",
            client_id, consent=str(kept.id), channel=channel, kinds=kept.kinds,
        )  # fmt: skip
        changes.touch_clients(practice_id, [client_id])
    return kept


def _in_force(channel: str, address: str) -> list[Stop]:
    standing = Stop.objects.filter(channel=channel, address=address, lifted_at=None)
    return list(standing.order_by("at", "id").select_for_update())


def _tell(practice_id: UUID, actor: audit.Actor, action: str, row: Stop, **detail: Any) -> None:
    # By ids alone: an entry is kept longer than the person who had the address may wish.
    audit.record(practice_id, actor, action, "stop", row.id, channel=row.channel, **detail)
    having = ContactPoint.objects.filter(value=row.address, client__isnull=False)
    changes.touch_clients(practice_id, having.values_list("client_id", flat=True).distinct())


def _kinds(kinds: Iterable[str]) -> list[str]:
    if isinstance(kinds, str):
        raise Refused("Write a list of kinds.", "kinds")
    return sorted({fields.text(kind, "kinds", most=40, required=True) for kind in kinds})


def _how(how: str) -> str:
    return fields.text(how, "how", most=40, required=True)


def _country(practice_id: UUID) -> str:
    country = Practice.objects.filter(id=practice_id).values_list("country", flat=True).first()
    if country is None:
        raise NotFound("There is no such practice.")
    return country
