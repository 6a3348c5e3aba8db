"""A mail server that says what a test wants it to say, at each step of the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from carepost.messaging.carrier import Account

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

ADDRESS = "desk@sunnyside.example"
PASSWORD = "opensesame-8231"
CUT, SILENCE = "cut", "silence"

# At each step either raw bytes to say, CUT or SILENCE, or a function of how often it was reached.
Say = bytes | str | Callable[[int], bytes | str]

EHLO = b"250-far.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"

POLITE: dict[str, Say] = {
    "greeting": b"220 far.example ESMTP\r\n",
    "EHLO": EHLO,
    "STARTTLS": b"220 2.0.0 Ready to start TLS\r\n",
    "AUTH": b"235 2.7.0 Authentication successful\r\n",
    "RSET": b"250 2.0.0 Ok\r\n",
    "MAIL": b"250 2.1.0 Ok\r\n",
    "RCPT": b"250 2.1.5 Ok\r\n",
    "DATA": b"354 End data with <CR><LF>.<CR><LF>\r\n",
    "end": lambda n: b"250 2.0.0 Ok: queued as %09X\r\n" % n,
    "QUIT": b"221 2.0.0 Bye\r\n",
}


@dataclass
class SmtpFarEnd:
    """`heard`: all command lines; `mails`: what came between DATA and its end, dots undone."""

    account: Account
    taken: int = 0
    connections: int = 0
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    reached: dict[str, int] = field(default_factory=dict)


def account_at(port: int, **settings: str) -> Account:
    base = {"host": "127.0.0.1", "port": str(port), "tls": "none"}
    return Account(uuid4(), ADDRESS, base | settings)


@asynccontextmanager
async def server_that(
    says: dict[str, Say] | None = None,
    *,
    settings: dict[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[SmtpFarEnd]:
    """A mail server on a loopback port, polite but for `says`. `tls`: what STARTTLS begins."""
    lines = POLITE | (says or {})
    end = SmtpFarEnd(account_at(0))
    writers: set[asyncio.StreamWriter] = set()
    tasks: set[asyncio.Task[None] | None] = set()

    def words(step: str) -> bytes | str:
        count = end.reached.get(step, 0)
        end.reached[step] = count + 1
        said = lines.get(step, b"502 5.5.2 no such command\r\n")
        return said(count) if callable(said) else said

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end.connections += 1
        writers.add(writer)
        tasks.add(asyncio.current_task())
        step = "greeting"
        try:
            while True:
                said = words(step)
                if said == CUT:
                    break
                if isinstance(said, bytes):
                    writer.write(said)
                    await writer.drain()
                if step == "STARTTLS" and isinstance(said, bytes) and said[:3] == b"220" and tls:
                    await writer.start_tls(tls)
                if step == "DATA" and isinstance(said, bytes) and said[:3] == b"354":
                    mail = await _mail(reader)
                    end.taken += bool(mail)
                    end.mails.append(mail)
                    step = "end"
                    continue
                line = (await reader.readuntil(b"\r\n")).decode().rstrip("\r\n")
                end.heard.append(line)
                step = line.partition(" ")[0].upper()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    end.account = account_at(server.sockets[0].getsockname()[1])
    end.account = replace(end.account, settings={**end.account.settings, **(settings or {})})
    try:
        yield end
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)


async def _mail(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)
