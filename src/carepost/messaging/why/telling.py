"""A message's record told in sentences, oldest first. Pure: same record, same story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.messaging import sayings, staff_clock
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.messaging.why.deeds import deed_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.messaging.why.record import AttemptSaid, Record

GATES: dict[str, str] = {
    "in_time": _("It was still in time."),
    "still_true": _("What it says was still true."),
    "enabled": _("Messaging was switched on."),
    "reachable": _("There was a number or address, and a line."),
    "stopped": _("The number or address had not asked to stop."),
    "consent": _("Consent was in order."),
    "hours": _("It was within the person's hours."),
}
"""What each gate says when it lets a message pass."""

OUTCOMES: dict[str, tuple[str, str]] = {
    "": ("calm", _("It is being handed to the carrier.")),
    "accepted": ("calm", _("The carrier took it.")),
    "refused": ("ill", _("The carrier refused it.")),
    "later": ("warn", _("The carrier did not take it yet.")),
    "not_sent": ("warn", _("It did not reach the carrier.")),
    "uncertain": ("warn", _("It was handed over, and no answer came.")),
}
EVENTS: dict[str, tuple[str, str]] = {
    "taken": ("calm", _("The carrier said that it is on its way.")),
    "delivered": ("well", _("The carrier said that it arrived.")),
    "undelivered": ("ill", _("The carrier said that it did not arrive.")),
}
ENDS: dict[Status, tuple[str, str]] = {
    Status.SENDING: ("calm", _("It is being handed over at this very moment.")),
    Status.UNCERTAIN: ("warn", _("The carrier is being asked whether it took it.")),
    Status.NEEDS_PERSON: (
        "ill",
        _("The carrier could not say whether it took it. Somebody must decide."),
    ),
    Status.SENT: ("calm", _("Whether it arrived is not known yet.")),
    Status.NO_RECEIPT: ("quiet", _("Whether it arrived was never said.")),
    Status.FAILED: ("ill", _("It will not be tried again by itself.")),
    Status.UNDELIVERED: ("ill", _("It will not be tried again by itself.")),
    Status.EXPIRED: ("quiet", _("It was not sent: what it speaks of had passed.")),
}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened, or stands. `at` None: it stands now.

    `kind`: made, deed, gates, held, attempt, receipt, now. `tone`: calm, well, warn, ill, quiet.
    """

    at: datetime | None
    sentence: str
    kind: str
    detail: str = ""
    tone: str = "calm"


def lines(record: Record) -> list[StoryLine]:
    """The story, oldest first; what stands now comes last."""
    told = [*_made(record), *_deeds(record), *_gates(record)]
    for attempt in record.attempts:
        told += _attempt(attempt)
    told.sort(key=lambda line: line.at or record.now)
    return [*told, *_now(record)]


def _made(record: Record) -> Iterator[StoryLine]:
    message = record.message
    if not message.rule_id or any(d.action == "message.instead_of" for d in record.deeds):
        return
    said = gettext("A rule planned it: %(rule)s.") % {"rule": record.rule}
    yield StoryLine(message.planned_at, said, "made", _about(record))


def _about(record: Record) -> str:
    """The visits that it speaks of, on their own clocks."""
    said = []
    for visit in record.visits:
        words = {
            "name": record.name,
            "type": visit.type_name,
            "when": staff_clock.wall(visit.local, visit.zone, record.zone, record.now),
        }
        said.append(gettext("For %(name)s: %(type)s, %(when)s.") % words)
    return " ".join(said)


def _deeds(record: Record) -> Iterator[StoryLine]:
    for deed in record.deeds:
        about = _about(record) if deed.action == "message.instead_of" else ""
        said = deed_sentence(deed, record.zone, record.now)
        yield StoryLine(deed.at, said, "deed", about)


def _gates(record: Record) -> Iterator[StoryLine]:
    trace = record.message.trace or {}
    for answer in trace.get("past", ()):
        yield _declined(record, answer["at"], answer)
    answers = trace.get("gates", ())
    if not answers:
        return
    if not answers[-1]["ok"]:
        yield _declined(record, trace["at"], answers[-1])
        return
    detail = " ".join(gettext(GATES[a["gate"]]) for a in answers if a["gate"] in GATES)
    said = gettext("Nothing stood against it, so it left.")
    yield StoryLine(datetime.fromisoformat(trace["at"]), said, "gates", detail)


def _declined(record: Record, asked_at: str, answer: dict[str, Any]) -> StoryLine:
    """What a gate said that did not let it pass."""
    at, code = datetime.fromisoformat(asked_at), answer["code"]
    if code == "waits_for_hours" and "until" in answer:
        words = {
            "from": staff_clock.clock(at, record.their_zone),
            "to": staff_clock.clock(datetime.fromisoformat(answer["until"]), record.their_zone),
            "name": record.name,
        }
        said = gettext("Held from %(from)s to %(to)s: outside %(name)s's hours.") % words
        detail = ""
        if record.their_zone != record.zone:
            zone = staff_clock.zone_word(at, record.their_zone)
            detail = gettext("These are times where they are (%(zone)s).") % {"zone": zone}
        return StoryLine(at, said, "held", detail, "warn")
    if code == "too_late":
        return StoryLine(at, gettext("It came too late to be of use."), "held", "", "quiet")
    return StoryLine(at, gettext("It was stopped here."), "held", sentence(code), "warn")


def _attempt(attempt: AttemptSaid) -> Iterator[StoryLine]:
    tone, said = OUTCOMES[attempt.outcome]
    accepted = attempt.outcome == "accepted"
    detail = "" if accepted else _with_code(attempt.words, attempt.code)
    yield StoryLine(attempt.at, gettext(said), "attempt", detail, tone)
    for receipt in attempt.receipts:
        tone, said = EVENTS[receipt.event]
        detail = _with_code(receipt.words, receipt.code)
        yield StoryLine(receipt.at, gettext(said), "receipt", detail, tone)


def _with_code(words: str, code: str) -> str:
    if not code:
        return words
    return gettext("%(words)s (code %(code)s)") % {"words": words, "code": code} if words else code


def _now(record: Record) -> Iterator[StoryLine]:
    message = record.message
    status = Status(message.status)
    if status is Status.PLANNED:
        yield _planned(record)
    elif status is Status.HELD:
        yield StoryLine(None, gettext("It is held."), "now", sentence(message.hold), "warn")
    elif status is Status.DROPPED:
        said = gettext("It was not sent.")
        yield StoryLine(message.settled_at, said, "now", sentence(message.drop), "quiet")
    elif status in ENDS:
        tone, said = ENDS[status]
        yield StoryLine(message.settled_at, gettext(said), "now", "", tone)


def _planned(record: Record) -> StoryLine:
    fate, message = record.fate, record.message
    if fate is not None and fate.code:
        said = gettext("As things stand it will not leave.")
        return StoryLine(None, said, "now", reason(fate.code), "warn")
    at = fate.at if fate is not None else message.due_at
    words = {
        "method": sayings.method(message.channel),
        "when": staff_clock.moment(at, record.zone, record.now),
    }
    said = gettext("It leaves by %(method)s: %(when)s.") % words
    return StoryLine(None, said, "now", sentence(message.hold), "calm")


def reason(code: str) -> str:
    """The sentence of a code of the gates."""
    if code == "too_late":
        return gettext("It would come too late to be of use.")
    return sentence(code)
