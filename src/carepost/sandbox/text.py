"""One text message that the sandbox accepted, and what the carrier says of it as time passes.

Nothing moves a text: its state is a function of the time, decided when it was accepted. So a
restart, or a million texts, cost nothing to keep moving.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from carepost.sandbox.segments import segments

SERVICE_NUMBER = "+15005550006"  # the number that every Messaging Service here picks
UNREACHABLE = 30003
_ERROR_WORDS = {UNREACHABLE: "Unreachable destination handset"}
_PRICE_A_SEGMENT = 0.0079  # US dollars; only its shape matters here


@dataclass(slots=True, kw_only=True)
class Text:
    """A text as accepted. Times are seconds since 1970; `receipts` are (due, state) pairs."""

    sid: str
    to: str
    sender: str | None
    service: str | None
    body: str
    callback: str | None
    at: float
    sent_at: float
    final_at: float
    error: int | None = None
    receipts: list[tuple[float, str]] = field(default_factory=list)
    told: bool = False
    deleted: bool = False
    seq: int = 0

    def status(self, now: float) -> str:
        """Return Twilio's word for where this text is at `now`."""
        if now < self.sent_at:
            return "accepted" if self.service else "queued"
        return "sent" if now < self.final_at else self.fate

    @property
    def fate(self) -> str:
        """How this text ends: `delivered` or `undelivered`."""
        return "undelivered" if self.error else "delivered"

    def sender_at(self, now: float) -> str | None:
        """Return the sending number; null under a Messaging Service until one is picked."""
        if self.sender is None and now >= self.sent_at:
            return SERVICE_NUMBER
        return self.sender

    def entry(self) -> dict[str, Any]:
        """Return this text as the journal keeps it; `from_entry` reads it back."""
        return {
            "kind": "text",
            "sid": self.sid,
            "to": self.to,
            "sender": self.sender,
            "service": self.service,
            "body": self.body,
            "callback": self.callback,
            "at": self.at,
            "sent_at": self.sent_at,
            "final_at": self.final_at,
            "error": self.error,
            "receipts": self.receipts,
        }


def from_entry(entry: dict[str, Any]) -> Text:
    """Return the text that `Text.entry` wrote. Raises KeyError or TypeError if it did not."""
    fields = {name: value for name, value in entry.items() if name != "kind"}
    fields["receipts"] = [(due, state) for due, state in fields["receipts"]]
    return Text(**fields)


@lru_cache(maxsize=1024)
def _rfc2822(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def twilio_body(text: Text, account_sid: str, now: float) -> dict[str, Any]:
    """Return `text` as Twilio's Message resource shows it at `now`.

    Source: https://www.twilio.com/docs/messaging/api/message-resource. Neither the callback URL
    nor any id of the caller's is on it (RULES D9).
    """
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{text.sid}"
    sent, final = now >= text.sent_at, now >= text.final_at
    count = segments(text.body)
    priced = final and text.error is None
    updated = text.final_at if final else text.sent_at if sent else text.at
    error = text.error if final else None
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": _rfc2822(int(text.at)),
        "date_sent": _rfc2822(int(text.sent_at)) if sent else None,
        "date_updated": _rfc2822(int(updated)),
        "direction": "outbound-api",
        "error_code": error,
        "error_message": _ERROR_WORDS.get(error) if error else None,
        "from": text.sender_at(now),
        "messaging_service_sid": text.service,
        "num_media": "0",
        "num_segments": "0" if text.service and not sent else str(count),
        "price": f"-{_PRICE_A_SEGMENT * count:.5f}" if priced else None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status(now),
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }
