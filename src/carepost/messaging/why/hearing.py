"""Will somebody hear from us before a visit? One sentence a visit, its reason, and what mends it.

Three statements at most, however many visits: what was and will be said of them; what the gates
would say of what is planned, as things stand; and the rules, where nothing was said of some.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from carepost.messaging import sayings, staff_clock
from carepost.messaging.hours import zone_of
from carepost.messaging.kinds import appointment_notice
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.messaging.why import heard, mending, silence
from carepost.messaging.why.mending import Mend
from carepost.messaging.why.telling import reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import RuleFacts
    from carepost.messaging.why.heard import Heard, Said

ARRIVED = frozenset({Status.DELIVERED})
ON_ITS_WAY = frozenset({Status.SENT, Status.NO_RECEIPT, Status.SENDING, Status.UNCERTAIN})
FAILED = frozenset({Status.FAILED, Status.UNDELIVERED})
NEEDS_NOBODY = frozenset({"confirmed", "being_planned", "no_visit"})
"""Codes of silence that nobody need mend."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Whether somebody will hear from us.

    `code`: planned, told, held and blocked ones by their code of `reasons`, failed, needs_person,
    expired, no_visit, or a code of `silence`. `tone`: well (was or will be told), calm (nothing to
    mend), warn (can be mended), ill (went wrong). `at` and `channel` are of the message it speaks
    of. `reasons`: rule by rule, where `why_nothing` was asked.
    """

    code: str
    tone: str
    sentence: str
    at: datetime | None = None
    channel: str = ""
    message_id: UUID | None = None
    mend: Mend | None = None
    reasons: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether they were told, or will be."""
        return self.tone == "well"


def will_hear_of(
    practice_id: UUID, appointment_ids: Iterable[UUID], now: datetime
) -> dict[UUID, Hearing]:
    """Of each visit, whether its client hears of it. Runs in the caller's transaction."""
    found = heard.of(heard.OF_VISITS, practice_id, appointment_ids, now)
    return {h.visit.id: each for h, each in zip(found, _all(practice_id, found, now), strict=True)}


def will_hear(practice_id: UUID, client_ids: Iterable[UUID], now: datetime) -> dict[UUID, Hearing]:
    """Of each client, whether they hear of their next visit. Runs in the caller's transaction."""
    ids = list(client_ids)
    nothing = Hearing("no_visit", "calm", gettext("No visit is ahead."))
    found = heard.of(heard.OF_CLIENTS, practice_id, ids, now)
    said = {h.client_id: each for h, each in zip(found, _all(practice_id, found, now), strict=True)}
    return {client: said.get(client, nothing) for client in ids}


def why_nothing(
    practice_id: UUID, client_id: UUID, appointment_id: UUID, now: datetime
) -> Hearing | None:
    """The same of one visit, with the reason of each rule; None for no such visit of the client."""
    found = heard.of(heard.OF_VISITS, practice_id, [appointment_id], now)
    if not found or found[0].client_id != client_id:
        return None
    rules = heard.rules_of(practice_id)
    names = sayings.names_of(rules)
    spoken = bool(found[0].messages)
    said = []
    for rule in rules:
        code = silence.of_rule(rule, found[0].visit)
        if code == "being_planned" and spoken:
            continue  # it is this rule that made, or will make, what was said
        words = {"rule": sayings.rule_sentence(rule, names), "reason": silence.sentence(code)}
        said.append(gettext("%(rule)s: %(reason)s") % words)
    return replace(hearing(found[0], rules, now), reasons=tuple(said))


def _all(practice_id: UUID, found: list[Heard], now: datetime) -> list[Hearing]:
    unspoken = any(not _that_count(h) for h in found)
    rules = heard.rules_of(practice_id) if unspoken else []
    return [hearing(h, rules, now) for h in found]


def hearing(of: Heard, rules: list[RuleFacts], now: datetime) -> Hearing:
    """From the messages about a visit to what is to be said of it. Pure.

    What will go counts before what went, that before what cannot go, that before what failed.
    """
    messages = _that_count(of)
    going = [m for m in messages if m.fate is not None and not m.fate.code]
    if going:
        return _going(of, going[0], now)
    for statuses, tell in (
        (ARRIVED | ON_ITS_WAY, _told),
        ({Status.NEEDS_PERSON}, _in_doubt),
        ({Status.HELD, Status.PLANNED}, _blocked),
        (FAILED, _failed),
        ({Status.DROPPED, Status.EXPIRED}, _gone),
    ):
        said = [m for m in messages if m.status in statuses]
        if said:
            return tell(of, said[-1], now)
    return _silent(of, rules)


def _that_count(of: Heard) -> list[Said]:
    """Reminders, and notices only where there is none: to have heard of a booking is not enough."""
    reminders = [m for m in of.messages if m.kind != appointment_notice.NAME]
    return reminders or of.messages


def _going(of: Heard, message: Said, now: datetime) -> Hearing:
    at = message.fate.at if message.fate else message.due_at
    said = gettext("%(name)s will hear from us by %(method)s: %(when)s.")
    return _hearing(of, message, now, "planned", "well", said, at)


def _told(of: Heard, message: Said, now: datetime) -> Hearing:
    at = message.sent_at or message.due_at
    if message.status in ARRIVED:
        said = gettext("%(name)s heard from us by %(method)s: %(when)s.")
    else:
        said = gettext(
            "%(name)s was written to by %(method)s: %(when)s. Whether it arrived is not known."
        )
    return _hearing(of, message, now, "told", "well", said, at)


def _in_doubt(of: Heard, message: Said, now: datetime) -> Hearing:
    said = gettext("It is not certain whether the message to %(name)s left.")
    made = _hearing(of, message, now, "needs_person", "ill", said, message.due_at)
    return replace(made, mend=Mend("decide"))


def _blocked(of: Heard, message: Said, now: datetime) -> Hearing:
    code = message.fate.code if message.fate else message.hold
    said = gettext("%(name)s will not hear from us as things stand. %(reason)s")
    made = _hearing(of, message, now, code, "warn", said, message.due_at, reason(code))
    return replace(made, mend=mending.of_hold(code))


def _failed(of: Heard, message: Said, now: datetime) -> Hearing:
    said = gettext("The message to %(name)s did not arrive. %(reason)s").rstrip()
    made = _hearing(of, message, now, "failed", "ill", said, message.due_at, message.error_words)
    return replace(made, mend=Mend("retry"))


def _gone(of: Heard, message: Said, now: datetime) -> Hearing:
    code = message.drop or "expired"
    why = sentence(message.drop) or gettext("Its time had passed.")
    tone = "calm" if code == "confirmed" else "warn"
    said = gettext("%(name)s will not hear from us. %(reason)s")
    return _hearing(of, message, now, code, tone, said, message.due_at, why)


def _silent(of: Heard, rules: list[RuleFacts]) -> Hearing:
    code = silence.of_rules(rules, of.visit)
    tone = "calm" if code in NEEDS_NOBODY else "warn"
    said = gettext("%(name)s will not hear from us. %(reason)s")
    words = {"name": of.name, "reason": silence.sentence(code)}
    mend = Mend("add_rule") if code in ("no_rules", "no_rule") else None
    return Hearing(code, tone, said % words, mend=mend)


def _hearing(
    of: Heard,
    message: Said,
    now: datetime,
    code: str,
    tone: str,
    said: str,
    at: datetime,
    why: str = "",
) -> Hearing:
    words = {
        "name": of.name,
        "method": sayings.method(message.channel),
        "when": staff_clock.moment(at, zone_of(of.zone_name), now),
        "reason": why,
    }
    return Hearing(code, tone, (said % words).rstrip(), at, message.channel, message.id)
