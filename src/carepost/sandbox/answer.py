"""One answer that somebody typed on a test phone, and whether anybody took it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_ANSWER = 1600  # characters, as Twilio takes


@dataclass(slots=True, kw_only=True)
class Answer:
    """A text from a phone to one of our numbers. `at` is in seconds since 1970.

    `end`: nobody (no URL is set for answers, or there is nothing at it), taken, refused (the URL
    answered with another error, `status`), unreached (nothing answered at all).
    """

    sid: str
    number: str
    to: str
    body: str
    at: float
    end: str = "nobody"
    status: int = 0

    def entry(self) -> dict[str, Any]:
        """Return this answer as the journal keeps it; `from_entry` reads it back."""
        return {
            "kind": "answer",
            "sid": self.sid,
            "number": self.number,
            "to": self.to,
            "body": self.body,
            "at": self.at,
            "end": self.end,
            "status": self.status,
        }


def from_entry(entry: dict[str, Any]) -> Answer:
    """Return the answer that `Answer.entry` wrote. Raises TypeError if it did not."""
    return Answer(**{name: value for name, value in entry.items() if name != "kind"})
