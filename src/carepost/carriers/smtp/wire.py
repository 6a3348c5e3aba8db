"""The wire: bytes out, replies in. Knows lines and their limits, and nothing of what is said."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

from carepost.carriers.smtp.replies import Reply

if TYPE_CHECKING:
    import ssl

MAX_LINE = 4096  # bytes; RFC 5321 allows 512, servers write more
MAX_REPLY = 100  # lines

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)


class Lost(Exception):
    """The connection is gone, or what comes over it is not SMTP. `said`: the last words, if any."""

    def __init__(self, words: str, said: Reply | None = None) -> None:
        super().__init__(words)
        self.said = said


class Wire(asyncio.Protocol):
    """One connection. `ask` writes commands and waits for as many replies as they have."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._replies: list[Reply] = []
        self._wanted = 1  # the greeting comes unasked
        self._waiter: asyncio.Future[None] | None = None
        self._fault = ""

    @property
    def usable(self) -> bool:
        """False once it was cut, spoke nonsense, or spoke unasked (as a server does on closing)."""
        return not self._fault and self._transport is not None

    @property
    def local_ip(self) -> str:
        name = self._transport.get_extra_info("sockname") if self._transport else None
        return str(name[0]) if isinstance(name, tuple) else "127.0.0.1"

    async def ask(self, commands: bytes, replies: int) -> list[Reply]:
        """Write `commands` (none: for the greeting), give their `replies`. Raises Lost for fewer.

        A 421 is the last word of a server that closes: fewer replies may then come without Lost.
        """
        if self._transport is None or self._fault:
            raise Lost(self._fault or "the connection was closed")
        self._wanted = replies
        if commands:
            self._transport.write(commands)
        if len(self._replies) < replies:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        got, self._replies, self._wanted = self._replies, [], 0
        if len(got) < replies and not (got and got[-1].code == 421):
            raise Lost(self._fault or "the connection was cut", got[-1] if got else None)
        return got

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS after STARTTLS was granted. Raises ssl.SSLError, OSError or Lost."""
        if self._buffer or self._replies or self._transport is None:
            # Words that were sent in the clear before TLS began are not the server's
            # (command injection, CVE-2011-0411).
            raise Lost("the server spoke between STARTTLS and TLS")
        made = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        if made is None:
            raise Lost("the connection was cut as TLS began")
        self._transport = made

    def quit(self) -> None:
        """Say goodbye and close, without waiting for an answer."""
        if self._transport is not None and not self._fault:
            self._wanted = 1
            self._transport.write(b"QUIT\r\n")
            self._transport.close()
        self._fault = self._fault or "the connection was closed"

    def abort(self) -> None:
        """Cut the connection at once."""
        self._fail("the connection was cut")

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fault = self._fault or "the connection was cut"
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        start = 0
        while not self._fault:
            end = self._buffer.find(b"\n", start)
            if end < 0:
                break
            self._line(bytes(self._buffer[start:end]).rstrip(b"\r"))
            start = end + 1
        del self._buffer[:start]
        if len(self._buffer) > MAX_LINE:
            self._fail("the server's reply is too long")

    # What it does with them

    def _line(self, line: bytes) -> None:
        found = _LINE.fullmatch(line) if len(line) <= MAX_LINE else None
        if found is None or len(self._lines) >= MAX_REPLY:
            self._fail("the server's reply is not SMTP")
            return
        code, more, text = found.groups()
        self._lines.append((text or b"").decode("utf-8", "replace"))
        if more == b"-":
            return
        reply, self._lines = Reply(int(code), tuple(self._lines)), []
        if len(self._replies) >= self._wanted:
            # Unasked: mostly "421 closing, idle too long". Whatever is asked now may be lost.
            self._fail(f"the server closed the connection ({reply.code})")
            return
        self._replies.append(reply)
        if len(self._replies) == self._wanted or reply.code == 421:
            if reply.code == 421:
                self._fault = "the server is closing the connection"
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, fault: str) -> None:
        self._fault = self._fault or fault
        if self._transport is not None:
            self._transport.abort()
        self._wake()
