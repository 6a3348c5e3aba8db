"""The port: what a carrier is to us, in the world's words. Adapters translate into it.

An adapter never decides what happens to a message. It hands over, and says what the carrier
said; `outbound/settle.py` and `inbound/receipts.py` decide, by this vocabulary alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID


class Channel(StrEnum):
    """How a message travels (screens: "messaging method")."""

    SMS = "sms"
    VOICE = "voice"
    FAX = "fax"
    EMAIL = "email"


class Outcome(StrEnum):
    """What a carrier's answer to one hand-over means."""

    ACCEPTED = "accepted"  # the carrier took it and gave it a reference
    REFUSED = "refused"  # it will never take this one: trying again is useless
    LATER = "later"  # it did not take it, and may if asked again
    NOT_SENT = "not_sent"  # nothing left this machine (refused connection, no name, lease over)
    UNCERTAIN = "uncertain"  # the request left; whether it was taken is not known


class Blame(StrEnum):
    """What a refusal is about, so that it reaches whoever can mend it."""

    MESSAGE = "message"  # this text
    ADDRESS = "address"  # the recipient's address: wrong, unreachable, of the wrong sort
    STOPPED = "stopped"  # the recipient told the carrier to stop: consent is withdrawn here too
    LINE = "line"  # our account or number: everything on this line waits


class ReceiptEvent(StrEnum):
    """What a carrier later says of a message it took."""

    TAKEN = "taken"  # queued, sending, sent on: no news beyond the acceptance
    DELIVERED = "delivered"  # the handset or mailbox's server confirmed it
    UNDELIVERED = "undelivered"  # it did not arrive and will not


class Mark(StrEnum):
    """What a mailbox program does with an automated message; see RFC 3834."""

    AUTOMATED = "automated"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Account:
    """A line's account at its carrier: everything an adapter needs to speak for that line.

    `settings` holds the adapter's own fields (for Twilio `account_sid`, `auth_token`, `api_base`;
    for SMTP `host`, `port`, `username`, `password`, `tls` = none | starttls | implicit).
    It is secret: never logged, and left out of `repr`.
    """

    line_id: UUID
    address: str  # E.164 or RFC 5322 address that we send from
    settings: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One attempt, composed and on disk, ready to be handed over.

    `deadline` is the lease's end: an adapter never starts a hand-over after it.
    `callback_url` names the line and the attempt; `message_id` is the RFC 5322 Message-ID, the
    same at every attempt of one message.
    """

    attempt_id: UUID
    channel: Channel
    to: str
    text: str = field(repr=False)
    deadline: datetime
    callback_url: str = ""
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    from_name: str = ""
    reply_to: str = ""
    message_id: str = ""
    unsubscribe_url: str = ""
    mark: Mark = Mark.AUTOMATED


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one hand-over.

    `ref` is the carrier's own name for the message. `code` is the carrier's error code, or an
    enhanced status code (RFC 3463). `words` is what the carrier said, cut to 500 characters and
    free of the message's text. `retry_after` is in seconds, where the carrier asked for it:
    it slows this line and no other.
    """

    outcome: Outcome
    ref: str = ""
    code: str = ""
    words: str = ""
    blame: Blame | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A carrier's later word on one attempt. `at` is the carrier's time where it gives one."""

    event: ReceiptEvent
    ref: str = ""
    code: str = ""
    words: str = ""
    blame: Blame | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message that the carrier lists for a line and address: perhaps the one in doubt."""

    ref: str
    event: ReceiptEvent
    code: str = ""
    text: str = field(default="", repr=False)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """Whether a carrier knows an account. `words`: what it said, or what to do; empty if `well`."""

    well: bool
    words: str = ""


class BadSignature(Exception):
    """A callback that the carrier did not sign. Answer 403, store nothing, write it down."""


class Carrier(Protocol):
    """One way to carry messages. Instances are shared by all lines of that carrier.

    `at_most_once`: an uncertain attempt must not be repeated before the carrier was asked (SMS,
    voice, fax). Where it is False (email) it is repeated with the same Message-ID.
    """

    name: str
    channels: frozenset[Channel]
    at_most_once: bool

    async def hand_over(self, account: Account, letter: Letter, now: datetime) -> Answer:
        """Hand one letter over. Never raises for what the network or the carrier does."""
        ...

    async def look_up(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> Sequence[Sighting]:
        """What the carrier lists as sent from this line to `to` since then, less `known` refs.

        Raises `LookupFailed` when the carrier cannot be asked now, or cannot be asked at all.
        """
        ...

    def read_callback(
        self, account: Account, url: str, headers: Mapping[str, str], body: bytes
    ) -> Receipt:
        """Check the signature of a status callback, and translate it.

        `url` is the full URL the carrier was given; header names are in lower case. Raises
        BadSignature for a forged one and ValueError for one that cannot be understood.
        """
        ...

    async def check(self, account: Account) -> Checkup:
        """Sign in as this account, and send nothing. Never raises for what the carrier does.

        Whoever calls it sets the time-out.
        """
        ...

    async def close(self) -> None:
        """Close kept connections."""
        ...


class LookupFailed(Exception):
    """The carrier could not be asked what it took. `permanent`: it has no way to be asked."""

    def __init__(self, words: str, *, permanent: bool = False) -> None:
        super().__init__(words)
        self.permanent = permanent
