"""What became of one message of the demo's past, by chance and by whom it went to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from carepost.carriers.twilio.errors import meaning_of
from carepost.messaging.outbound.expire import UNHEARD_AFTER
from carepost.messaging.outbound.gates import GATES, pass_everything

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random
    from typing import Any

    from carepost.config.demo.diary import Stand
    from carepost.messaging.outbound.wanted import Wanted

RARE = ("needs_person", "uncertain", "undelivered", "failed", "retrying", "undelivered")
"""What some messages of the last days are made to be, so that each page has something to show."""
_RECENT = timedelta(hours=36)
_JUST_NOW = timedelta(minutes=2)
"""What was due so lately is left to the engine: its receipt would not have come yet."""
_DROPS = {"moved": "visit_moved", "cancelled": "visit_cancelled"}


class Tried(NamedTuple):
    """One hand-over: what the carrier answered, and the receipt that came (`event` empty: none)."""

    at: datetime
    outcome: str
    code: str = ""
    words: str = ""
    event: str = ""
    heard_at: datetime | None = None
    blame: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a message ended. `gates`: what they answered when it last met them, at `asked_at`."""

    status: str
    due_at: datetime
    hold: str = ""
    drop: str = ""
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    code: str = ""
    words: str = ""
    tried: tuple[Tried, ...] = ()
    asked_at: datetime | None = None
    gates: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class Somebody:
    """A client as fate sees them. `trouble`: a word of `people.TROUBLES`, from `since` on.

    `refused`: the carrier has said that the number is bad. `had`: something rare befell them.
    """

    trouble: str
    since: datetime
    refused: bool = False
    had: bool = False


def fate(
    want: Wanted, stand: Stand, who: Somebody, confirmed_at: datetime | None, now: datetime,
    rare: list[str], chance: Random,
) -> Fate | None:  # fmt: skip
    """What became of a message; None where it is the engine's to plan and to send.

    `confirmed_at`: from when on the rule leaves the visit alone. Takes from `rare` what it makes.
    """
    due = want.due_at
    if stand.until and due > stand.until:
        return Fate("dropped", due, drop=_DROPS[stand.ended_by], settled_at=stand.until)
    if due > now - _JUST_NOW:
        return None
    if confirmed_at and confirmed_at < due:
        return Fate("dropped", due, drop="confirmed", settled_at=confirmed_at)
    past = want.expires_at <= now
    if want.hold:
        return _expired(want, want.hold) if past else None
    if who.trouble and due >= who.since and want.channel == "sms":
        if who.trouble == "stopped":
            gates = _until("stopped", "stopped")
            return Fate("dropped", due, drop="stopped", settled_at=due, asked_at=due, gates=gates)
        if who.trouble == "withdrew":
            gates = _until("consent", "no_consent")
            return _expired(want, "no_consent", due, gates) if past else None
        if who.trouble == "bad_number":
            if who.refused:
                return _expired(want, "bad_address") if past else None
            who.refused = True
            return _passed(_bad_number(due, chance))
    if want.channel == "email":
        return _passed(_mailed(due, now, chance))
    recent = due > now - _RECENT and want.expires_at > now + timedelta(hours=2)
    if rare and recent and not (who.trouble or who.had) and want.kind == "appointment_reminder":
        who.had = True
        return _passed(_texted(rare.pop(0), due, now, chance))
    drawn = chance.random()
    end = "undelivered" if drawn < 0.015 else "failed" if drawn < 0.02 else "delivered"
    if 0.02 <= drawn < 0.05:
        end = "unheard"
    elif 0.05 <= drawn < 0.06:
        end = "second try"
    return _passed(_texted(end, due, now, chance))


def _passed(found: Fate) -> Fate:
    """The same, of a message that all gates let pass."""
    return replace(found, asked_at=found.tried[-1].at, gates=_PASSED)


def _texted(end: str, due: datetime, now: datetime, chance: Random) -> Fate:
    at = due + timedelta(milliseconds=chance.randrange(100, 1500))
    took = at + timedelta(milliseconds=chance.randrange(90, 700))
    heard = took + timedelta(seconds=chance.randrange(2, 45))
    early = Tried(at, "later", "20429", meaning_of("20429", 429).words)
    match end:
        case "failed":
            words = meaning_of("21616", 400).words
            return Fate("failed", due, settled_at=took, code="21616", words=words,
                        tried=(Tried(at, "refused", "21616", words),))  # fmt: skip
        case "undelivered":
            code = chance.choice(("30007", "30036", "30009"))
            words = meaning_of(code, 400).words
            tried = Tried(at, "accepted", "", "queued", "undelivered", heard, "message")
            return Fate("undelivered", due, sent_at=took, settled_at=heard, code=code, words=words,
                        tried=(tried,))  # fmt: skip
        case "retrying":
            again = now + timedelta(minutes=12)
            return Fate("planned", again, hold="retrying", code=early.code, words=early.words,
                        tried=(early,))  # fmt: skip
        case "uncertain" | "needs_person":
            return Fate(end, due, tried=(Tried(at, "uncertain"),))
    tries = (early,) if end == "second try" else ()
    if tries:
        at, took, heard = (moment + timedelta(seconds=33) for moment in (at, took, heard))
    if end == "unheard":
        status, settled = _unheard(took, now)
        return Fate(status, due, sent_at=took, settled_at=settled,
                    tried=(Tried(at, "accepted", "", "queued"),))  # fmt: skip
    last = Tried(at, "accepted", "", "queued", "delivered", heard)
    return Fate("delivered", due, sent_at=took, settled_at=heard, tried=(*tries, last))


def _mailed(due: datetime, now: datetime, chance: Random) -> Fate:
    at = due + timedelta(milliseconds=chance.randrange(100, 1500))
    took = at + timedelta(milliseconds=chance.randrange(60, 900))
    if chance.random() < 0.004:
        words = "The mail server refused the content of this message."
        return Fate("failed", due, settled_at=took, code="5.7.1", words=words,
                    tried=(Tried(at, "refused", "5.7.1", words),))  # fmt: skip
    status, settled = _unheard(took, now)
    return Fate(status, due, sent_at=took, settled_at=settled,
                tried=(Tried(at, "accepted", "2.0.0"),))  # fmt: skip


def _bad_number(due: datetime, chance: Random) -> Fate:
    code = chance.choice(("30005", "30006", "21614"))
    words = meaning_of(code, 400).words
    took = due + timedelta(seconds=1)
    if code == "21614":
        return Fate("failed", due, settled_at=took, code=code, words=words,
                    tried=(Tried(due, "refused", code, words),))  # fmt: skip
    heard = took + timedelta(seconds=chance.randrange(4, 30))
    tried = Tried(due, "accepted", "", "queued", "undelivered", heard, "address")
    return Fate("undelivered", due, sent_at=took, settled_at=heard, code=code, words=words,
                tried=(tried,))  # fmt: skip


def _expired(
    want: Wanted, hold: str, at: datetime | None = None, gates: tuple[dict[str, Any], ...] = ()
) -> Fate:
    return Fate("expired", want.due_at, hold=hold, settled_at=want.expires_at,
                asked_at=at, gates=gates)  # fmt: skip


def _unheard(took: datetime, now: datetime) -> tuple[str, datetime | None]:
    until = took + UNHEARD_AFTER
    return ("no_receipt", until) if until <= now else ("sent", None)


_PASSED = tuple(pass_everything(GATES))


def _until(gate: str, code: str) -> tuple[dict[str, Any], ...]:
    place = [name for name, _ in GATES].index(gate)
    return (*_PASSED[:place], {"gate": gate, "ok": False, "code": code})
