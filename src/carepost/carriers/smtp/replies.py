"""What a mail server's reply means: RFC 5321 (codes), RFC 3463 and 5248 (enhanced codes).

Class 4 may be asked again, class 5 may not (RULES D6). Whom a refusal concerns follows from the
enhanced code and from the step at which it was spoken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from carepost.messaging.carrier import Blame, Outcome

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_QUEUED = re.compile(r"\bqueued as ([\w.-]{1,64})", re.IGNORECASE)
_NO_RELAY = re.compile(r"\brelay", re.IGNORECASE)

# 530 authentication required, 534 mechanism too weak, 535 credentials invalid, 538 encryption
# required (RFC 4954, 6)
_LOG_IN = frozenset({530, 534, 535, 538})
_LOG_IN_ENHANCED = frozenset({"5.7.8", "5.7.9", "5.7.11", "5.7.14"})
_SENDER = frozenset({"5.1.7", "5.1.8"})  # bad sender's address: ours
_TOO_BIG = frozenset({"5.3.4", "5.2.3"})


class Step(StrEnum):
    """Where in the conversation a reply was spoken."""

    GREETING = "greeting"
    HELLO = "hello"
    TLS = "starttls"
    LOG_IN = "auth"
    SENDER = "mail from"
    RECIPIENT = "rcpt to"
    DATA = "data"
    END = "end of data"


@dataclass(frozen=True, slots=True)
class Reply:
    """`code` as in RFC 5321; `lines` without code; `enhanced` "" where the server gives none."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def enhanced(self) -> str:
        found = _ENHANCED.match(self.lines[0]) if self.lines else None
        # A class other than the code's is a mistake of the server's: the code counts.
        return found.group() if found and found.group(1) == str(self.code)[0] else ""

    @property
    def queue_id(self) -> str:
        """The server's own name for the mail, as postfix and others print it; else ""."""
        found = _QUEUED.search(self.text)
        return found.group(1) if found else ""


def meaning_of(reply: Reply, step: Step) -> tuple[Outcome, Blame | None]:
    """What a reply other than the wished one means, and whom it concerns.

    A reply of class 4 is LATER and of class 5 REFUSED. Anything else is nonsense at its step: after
    the end of data UNCERTAIN, for a server that speaks nonsense may have taken it; else LATER.
    """
    kind = reply.code // 100
    if kind == 4:
        return Outcome.LATER, None
    if kind != 5:
        return (Outcome.UNCERTAIN if step is Step.END else Outcome.LATER), None
    return Outcome.REFUSED, _blame(reply, step)


def _blame(reply: Reply, step: Step) -> Blame:
    enhanced = reply.enhanced
    if step not in (Step.RECIPIENT, Step.DATA, Step.END):
        # Before the recipient is named, a refusal is about us; but a mail may be too big already.
        too_big = enhanced in _TOO_BIG or (reply.code == 552 and not enhanced)
        return Blame.MESSAGE if step is Step.SENDER and too_big else Blame.LINE
    if reply.code in _LOG_IN or enhanced in _LOG_IN_ENHANCED or enhanced in _SENDER:
        return Blame.LINE
    if step is Step.RECIPIENT:
        # "554 5.7.1 relay access denied": the server carries no mail of ours to other places.
        refuses_us = enhanced.startswith("5.7.") and _NO_RELAY.search(reply.text)
        return Blame.LINE if refuses_us else Blame.ADDRESS
    if enhanced.startswith(("5.1.", "5.2.")) and enhanced not in _TOO_BIG:
        return Blame.ADDRESS
    return Blame.MESSAGE
