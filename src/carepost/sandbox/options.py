"""What a sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_FORM_BYTES = 256 * 1024  # 1,600 characters, percent-encoded, and a long callback URL: < 30 KB
MAX_MAIL_BYTES = 10 * 2**20  # one message, as many mail hosts limit it


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where a sandbox listens, whom it lets in, and what it keeps.

    `http_port` and `smtp_port` may be 0: any free port, told by `Sandbox.http_port` and
    `Sandbox.smtp_port` once started. With `smtp_username` and `smtp_password` the mail server
    demands them. With `state_file` everything accepted is on disk before it is answered, and is
    there again after a restart. `answers_url` is what the account's numbers are set to: what is
    typed on a phone is posted there. `sent_after_s` and `delivered_after_s` are seconds from the
    acceptance of a text. `keep` texts and mails, and `keep_mail_bytes`, stay in memory.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    host: str = "127.0.0.1"
    http_port: int = 8081
    smtp_port: int = 8025
    smtp_username: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    state_file: Path | None = None
    answers_url: str | None = None
    sent_after_s: float = 0.15
    delivered_after_s: float = 0.6
    keep: int = 200_000
    keep_mail_bytes: int = 256 * 2**20
