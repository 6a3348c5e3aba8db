"""What becomes of a waiting message as things stand: the gates are asked for its own time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.outbound.arm_row import case_of
from carepost.messaging.outbound.gates import verdict

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.messaging.outbound.arm_row import Row

_ROUNDS = 3  # a message waits for hours once; more often would be a defect of ours


class Fate(NamedTuple):
    """When it goes; or with a `code` (of `reasons`, or too_late), why it will not."""

    at: datetime
    code: str = ""


def of(rows: list[Row], now: datetime) -> Fate:
    """The fate of one planned message, from the rows that arm would read of it now. Pure."""
    case, at = case_of(rows), max(rows[0].due_at, now)
    for _ in range(_ROUNDS):
        answer = verdict(case, at)
        if answer.move == "pass":
            return Fate(at)
        if answer.move != "wait" or answer.until is None:
            return Fate(at, answer.code)
        at = answer.until
    return Fate(at, "outside_hours")
