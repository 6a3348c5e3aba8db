"""One message's story: its lines, what keeps it, what mends that, and the raw trace apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carepost.messaging.outbox import UNDO
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.messaging.why import mending, raw, record, telling

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.why.mending import Mend
    from carepost.messaging.why.record import Record
    from carepost.messaging.why.telling import StoryLine


@dataclass(frozen=True, slots=True)
class Story:
    """`reason` is why it does not go, or did not arrive; `mend` the one act that mends that.

    Each is empty where there is none. `raw` (`Any`: JSON) is the trace, for whoever mends Carepost.
    """

    message_id: UUID
    status: str
    lines: list[StoryLine]
    reason: str
    mend: Mend | None
    raw: dict[str, Any]

    @property
    def trace(self) -> list[tuple[str, str]]:
        """The raw trace as names and values."""
        return raw.pairs(self.raw)


def story(practice_id: UUID, message_id: UUID, now: datetime) -> Story:
    """Why a message did or did not go, in the reader's language and the practice's time.

    Runs in the caller's transaction, which acts for the practice. Holds no words of the message.
    Raises NotFound.
    """
    return told(record.read(practice_id, message_id, now))


def told(of: Record) -> Story:
    """The story of a record. Pure."""
    message = of.message
    return Story(
        message_id=message.id,
        status=message.status,
        lines=telling.lines(of),
        reason=_reason(of),
        mend=_mend(of),
        raw=raw.trace(of),
    )


def _reason(of: Record) -> str:
    message = of.message
    if of.fate is not None and of.fate.code:
        return telling.reason(of.fate.code)
    return sentence(message.hold) or sentence(message.drop) or message.error_words


def _mend(of: Record) -> Mend | None:
    message = of.message
    match message.status:
        case Status.HELD:
            return mending.of_hold(message.hold)
        case Status.PLANNED if of.fate is not None and of.fate.code:
            return mending.of_hold(of.fate.code)
        case Status.PLANNED:
            return mending.Mend("send_now")
        case Status.NEEDS_PERSON:
            return mending.Mend("decide")
        case Status.FAILED | Status.UNDELIVERED if message.expires_at > of.now:
            return mending.Mend("correct_address" if of.address_invalid else "retry")
        case Status.DROPPED if message.drop == "by_staff" and _undoable(of):
            return mending.Mend("restore")
        case _:
            return None


def _undoable(of: Record) -> bool:
    settled = of.message.settled_at
    before = (of.message.trace or {}).get("called_off", {})
    return settled is not None and of.now - settled <= UNDO and "status" in before
