"""One mail that the sandbox accepted, and how a mail program reads it."""

from __future__ import annotations

import email
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import EmailMessage


@dataclass(slots=True, kw_only=True)
class Mail:
    """A mail as it came over the wire. `at` is seconds since 1970."""

    id: str
    sender: str  # the envelope's, which may be empty
    recipients: list[str]
    content: bytes = field(repr=False)
    at: float
    seq: int = 0
    _reading: Reading | None = field(default=None, repr=False)

    @property
    def reading(self) -> Reading:
        """This mail as a mail program shows it; parsed at the first look."""
        if self._reading is None:
            self._reading = _read(self.content)
        return self._reading

    def entry(self) -> dict[str, Any]:
        """Return this mail as the journal keeps it; `from_entry` reads it back."""
        return {
            "kind": "mail",
            "id": self.id,
            "sender": self.sender,
            "recipients": self.recipients,
            "content": b64encode(self.content).decode("ascii"),
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader sees: decoded headers, both bodies, the names and sizes of what hangs on."""

    message_id: str
    sender: str
    to: str
    subject: str
    text: str | None
    html: str | None
    headers: list[tuple[str, str]]
    attachments: list[tuple[str, int]]


def from_entry(entry: dict[str, Any]) -> Mail:
    """Return the mail that `Mail.entry` wrote. Raises KeyError or ValueError if it did not."""
    fields = {name: value for name, value in entry.items() if name != "kind"}
    fields["content"] = b64decode(fields["content"])
    return Mail(**fields)


def _read(content: bytes) -> Reading:
    message = email.message_from_bytes(content, policy=policy.default)
    return Reading(
        message_id=_header(message, "Message-ID").strip(),
        sender=_header(message, "From"),
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=[(name, _clean(value)) for name, value in message.raw_items()],
        attachments=_attachments(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    # The stdlib's header parser raises on some malformed headers, each with an error of its own;
    # a mailbox shows such a mail all the same.
    try:
        return _clean(message.get(name, ""))
    except Exception:
        raw = [value for key, value in message.raw_items() if key.lower() == name.lower()]
        return _clean(raw[0]) if raw else ""


def _clean(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _body(message: EmailMessage, subtype: str) -> str | None:
    try:
        part = message.get_body((subtype,))
        return None if part is None else _clean(part.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError, AttributeError, KeyError, MessageError):
        return "(This part could not be decoded: see the source.)"


def _attachments(message: EmailMessage) -> list[tuple[str, int]]:
    found = []
    try:
        for part in message.iter_attachments():
            payload = part.get_payload(decode=True)
            size = len(payload) if isinstance(payload, bytes) else 0
            found.append((_clean(part.get_filename() or part.get_content_type()), size))
    except (AttributeError, KeyError, ValueError, MessageError):
        return found
    return found
