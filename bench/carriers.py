"""The far ends: an HTTP carrier of Twilio's shape, and postfix's `smtp-sink` for mail.

Both take everything and count it, so that a trial can tell a message lost or sent twice.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import IO, TYPE_CHECKING, Protocol

from processes import ProcessFailed

if TYPE_CHECKING:
    from processes import Child, Children

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "benchmark"
_SMTP_SINK_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/libexec/postfix"


class Carrier(Protocol):
    """A far end that is running."""

    port: int

    @property
    def pid(self) -> int:
        """Its process's id, for the CPU meter."""

    def taken(self) -> int:
        """How many messages it has accepted since it started."""


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class HttpSink:
    """Takes `POST /2010-04-01/Accounts/{sid}/Messages.json` and answers after `latency` seconds."""

    child: Child
    port: int
    latency: float

    @property
    def pid(self) -> int:
        """Its process's id."""
        return self.child.pid

    @property
    def url(self) -> str:
        """Base address, as a carrier account's API base."""
        return f"http://127.0.0.1:{self.port}"

    def taken(self) -> int:
        """How many messages it has accepted since it started."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", "/taken")
            return int(connection.getresponse().read())


def start_http_sink(children: Children, latency: float) -> HttpSink:
    """Start an HTTP carrier on a free port; returns when it listens."""
    port = free_port()
    child = children.start_python("http_sink", str(port), str(latency))
    child.wait_for("ready")
    return HttpSink(child, port, latency)


@dataclass
class MailSink:
    """postfix's smtp-sink, and the file that its running counters go to."""

    child: Child
    port: int
    counters: IO[bytes]

    @property
    def pid(self) -> int:
        """Its process's id."""
        return self.child.pid

    def taken(self) -> int:
        """How many mails it has accepted since it started."""
        size = self.counters.seek(0, os.SEEK_END)
        self.counters.seek(max(0, size - 200))
        counts = re.findall(rb"mesg=(\d+)\r", self.counters.read())
        return int(counts[-1]) if counts else 0


def smtp_sink_program() -> str | None:
    """Where postfix's smtp-sink is, or None when postfix is not installed."""
    return shutil.which("smtp-sink", path=_SMTP_SINK_PLACES)


def start_mail_sink(children: Children) -> MailSink:
    """Start smtp-sink on a free port; returns when it greets. Raises ProcessFailed."""
    program = smtp_sink_program()
    if program is None:
        raise ProcessFailed("smtp-sink is not installed (Debian: apt-get install postfix)")
    port = free_port()
    counters = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the sink
    child = children.start(
        "smtp-sink",
        [program, "-c", "-m", "512", f"127.0.0.1:{port}", "1024"],
        output=counters,
        # It refuses to be root. (Its own -u would lose it the signal that ends it with us.)
        user="nobody" if os.geteuid() == 0 else None,
    )
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        child.check_alive()
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as talk:
                talk.recv(100)
                return MailSink(child, port, counters)
        except OSError:
            time.sleep(0.05)
    raise ProcessFailed(f"smtp-sink does not answer:\n{child.last_errors()}")
