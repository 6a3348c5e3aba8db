"""What passes from arm to send to settle, in memory: an attempt that is on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.carrier import Account, Letter


@dataclass(frozen=True, slots=True)
class Armed:
    """An attempt past the point of no return, and what settling it will need."""

    practice_id: UUID
    message_id: UUID
    carrier: str
    account: Account
    letter: Letter
    number: int  # of tries, this one included
    expires_at: datetime
