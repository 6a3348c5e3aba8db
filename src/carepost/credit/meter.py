"""Who pays for what costs money. Today nobody is asked: every hand-over is unmetered.

The port that arming asks before it hands anything over; the ledger of prepaid credit will stand
behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID


class Meter(Protocol):
    """Says whether a practice's credit covers a message."""

    def covers(self, practice_id: UUID, channel: str, text: str) -> bool:
        """Whether this text may be sent by this channel on the practice's credit."""
        ...


class Unmetered:
    """Covers everything: the host asks no price."""

    def covers(self, practice_id: UUID, channel: str, text: str) -> bool:
        """Always."""
        return True
