"""The demo's own environment: its home, and lines that lead to the sandbox."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepost.config.environment import Environment

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

ACCOUNT_SID = "AC" + "0" * 31 + "1"
SENDER = "+12025550198"
OTHERS = (
    "DATABASE_URL",
    "CAREPOST_SECRET_KEY",
    "CAREPOST_IMAP_URL",
    "CAREPOST_TELNYX_API_KEY",
    "CAREPOST_HYLAFAX_URL",
)
"""What a real installation may have set, and the demo must not use."""


@dataclass(frozen=True)
class Surroundings:
    """Where the parts of the demo are."""

    home: Path
    phones_port: int
    mail_port: int
    auth_token: str = field(repr=False)

    @property
    def phones_url(self) -> str:
        """The test phones and the mailbox, for a browser."""
        return f"http://localhost:{self.phones_port}"

    @property
    def state_file(self) -> Path:
        """Where the sandbox keeps what it accepted."""
        return self.home / "sandbox.state"


def enter(
    values: MutableMapping[str, str],
    base_url: str,
    phones_port: int,
    mail_port: int,
    *,
    big: bool = False,
) -> Surroundings:
    """Change an environment into the demo's. A port that is taken gives way to a free one.

    The big one has a home of its own, so that each goes on with its own data.
    """
    home = Environment(values).home / ("demo-big" if big else "demo")
    for name in OTHERS:
        values.pop(name, None)
    values["CAREPOST_HOME"] = str(home)
    token = Environment(values).ring.derive("demo sandbox").hex()[:32]
    found = Surroundings(home, _free(phones_port), _free(mail_port), token)
    values.update(
        CAREPOST_BASE_URL=base_url,
        CAREPOST_TWILIO_ACCOUNT_SID=ACCOUNT_SID,
        CAREPOST_TWILIO_AUTH_TOKEN=token,
        CAREPOST_TWILIO_FROM=SENDER,
        CAREPOST_TWILIO_API_BASE=f"http://127.0.0.1:{found.phones_port}",
        CAREPOST_EMAIL_URL=f"smtp://127.0.0.1:{found.mail_port}?tls=none",
        CAREPOST_EMAIL_FROM="front-desk@riverside.example.com",
        CAREPOST_TEST_PHONES=found.phones_url,
    )
    return found


def _free(port: int) -> int:
    for wanted in (port, 0):
        with socket.socket() as knock:
            knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                knock.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(knock.getsockname()[1])
    return port
