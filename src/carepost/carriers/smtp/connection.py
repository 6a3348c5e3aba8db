"""One conversation with a mail server: opened, trusted and signed in once, then many mails.

Sender, recipient and DATA go out in one write where the server allows it (PIPELINING, RFC 2920),
so that a mail costs two round trips. One mail at a time on a connection.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from typing import TYPE_CHECKING

from carepost.carriers.smtp.replies import Reply, Step
from carepost.carriers.smtp.server import trust
from carepost.carriers.smtp.wire import Lost, Wire

if TYPE_CHECKING:
    from carepost.carriers.smtp.server import Server

MAX_LINE = 998  # bytes without CRLF (RFC 5322, 2.1.1)

_LONE_END = re.compile(rb"\r\n|\r|\n")


class Unanswered(Exception):
    """No conversation came about: refused, no such host, no answer. Nothing was sent."""


class Untrusted(Exception):
    """The server does not speak TLS, or did not prove who it is. Nothing was sent."""


class Spoken(Exception):
    """The server said no: `reply`, at `step`."""

    def __init__(self, step: Step, reply: Reply) -> None:
        super().__init__(f"{reply.code} at {step}")
        self.step = step
        self.reply = reply


class Connection:
    """`in_doubt`: the end of a mail was written and its reply has not come; the server may have it.

    `carried`: how many mails it was given.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._abilities: dict[str, str] = {}
        self._reset = b""  # set while the server may hold a transaction that we gave up
        self.in_doubt = False
        self.carried = 0
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        return self._wire.usable

    def able(self, ability: str) -> bool:
        """Whether the server announced an extension: "PIPELINING", "SMTPUTF8", "8BITMIME" …"""
        return ability in self._abilities

    @property
    def size_limit(self) -> int:
        """The largest mail the server takes, in bytes; 0 when it names none (RFC 1870)."""
        size = self._abilities.get("SIZE", "")
        return int(size) if size.isascii() and size.isdigit() else 0

    async def carry(self, sender: str, recipient: str, mail: bytes, *, utf8: bool) -> Reply:
        """Give the server one mail, as `framed` made it; the reply is its acceptance (250).

        Raises Spoken where it says no, Lost where the line is cut: `in_doubt` then tells whether
        the mail may have been taken.
        """
        self.carried += 1
        options = f" SIZE={len(mail)}" if self.able("SIZE") else ""
        if utf8:
            options += " SMTPUTF8"
        if self.able("8BITMIME") and not mail.isascii():
            options += " BODY=8BITMIME"
        mail_from = f"MAIL FROM:<{sender}>{options}\r\n".encode()
        rcpt_to = f"RCPT TO:<{recipient}>\r\n".encode()
        if self.able("PIPELINING"):
            await self._pipelined(mail_from, rcpt_to)
        else:
            await self._in_turn(mail_from, rcpt_to)
        self.in_doubt = True
        (reply,) = await self._wire.ask(mail, 1)
        self.in_doubt = reply.code // 100 not in (2, 4, 5)
        if reply.code != 250:
            raise Spoken(Step.END, reply)
        return reply

    async def _pipelined(self, mail_from: bytes, rcpt_to: bytes) -> None:
        reset, self._reset = self._reset, b"RSET\r\n"
        asked = 4 if reset else 3
        replies = await self._wire.ask(reset + mail_from + rcpt_to + b"DATA\r\n", asked)
        verdicts = replies[1:] if reset and len(replies) > 1 else replies
        steps = ((Step.SENDER, 2), (Step.RECIPIENT, 2), (Step.DATA, 3))
        for (step, wanted), reply in zip(steps, verdicts, strict=False):
            if reply.code // 100 != wanted:
                if len(replies) == asked and replies[-1].code == 354:
                    await self._send_nothing()
                raise Spoken(step, reply)
        self._reset = b""

    async def _send_nothing(self) -> None:
        """End a DATA that the server granted although nobody is to get it (RFC 2920, 3.1)."""
        try:
            (end,) = await self._wire.ask(b".\r\n", 1)
        except Lost:
            return  # the refusal is known; the pool sees that the line is gone
        if end.code // 100 == 2:
            self._wire.abort()  # it took an empty mail: not a server to go on with

    async def _in_turn(self, mail_from: bytes, rcpt_to: bytes) -> None:
        if self._reset:
            await self._wire.ask(self._reset, 1)
        self._reset = b"RSET\r\n"
        for step, command, kind in (
            (Step.SENDER, mail_from, 2),
            (Step.RECIPIENT, rcpt_to, 2),
            (Step.DATA, b"DATA\r\n", 3),
        ):
            (reply,) = await self._wire.ask(command, 1)
            if reply.code // 100 != kind:
                raise Spoken(step, reply)
        self._reset = b""

    def quit(self) -> None:
        """Say goodbye and close."""
        self._wire.quit()

    def abort(self) -> None:
        """Cut the connection."""
        self._wire.abort()

    async def _greet(self, server: Server) -> None:
        (greeting,) = await self._wire.ask(b"", 1)
        if greeting.code != 220:
            raise Spoken(Step.GREETING, greeting)
        await self._hello(server)
        if server.tls == "starttls":
            if not self.able("STARTTLS"):
                raise Untrusted("the server offers no TLS (STARTTLS)")
            (granted,) = await self._wire.ask(b"STARTTLS\r\n", 1)
            if granted.code != 220:
                raise Spoken(Step.TLS, granted)
            await self._wire.encrypt(_trust(server), server.host)
            await self._hello(server)  # what was said before TLS is forgotten (RFC 3207, 4.2)
        if server.username:
            await self._log_in(server)

    async def _hello(self, server: Server) -> None:
        ip = self._wire.local_ip
        name = server.name or (f"[IPv6:{ip}]" if ":" in ip else f"[{ip}]")  # RFC 5321, 4.1.4
        (reply,) = await self._wire.ask(f"EHLO {name}\r\n".encode(), 1)
        if reply.code != 250:
            raise Spoken(Step.HELLO, reply)
        self._abilities = {
            word.upper(): rest.strip().upper()
            for word, _, rest in (line.strip().partition(" ") for line in reply.lines[1:])
        }

    async def _log_in(self, server: Server) -> None:
        offered = self._abilities.get("AUTH", "").split()
        if "PLAIN" in offered:  # RFC 4616
            key = _base64(f"\0{server.username}\0{server.password}")
            (reply,) = await self._wire.ask(b"AUTH PLAIN " + key + b"\r\n", 1)
        elif "LOGIN" in offered:
            (reply,) = await self._wire.ask(b"AUTH LOGIN\r\n", 1)
            for word in (server.username, server.password):
                if reply.code == 334:
                    (reply,) = await self._wire.ask(_base64(word) + b"\r\n", 1)
        else:
            reply = Reply(538, ("5.7.4 no way to sign in that we know is offered",))
        if reply.code != 235:
            raise Spoken(Step.LOG_IN, reply)


async def open_connection(server: Server) -> Connection:
    """Connect, begin TLS, sign in.

    Raises Unanswered, Untrusted, Spoken or Lost; a caller that gives up (time-out) leaves nothing
    open behind.
    """
    loop = asyncio.get_running_loop()
    wire = Wire()
    connection = Connection(wire)
    try:
        if server.tls == "implicit":
            context = _trust(server)
            await loop.create_connection(lambda: wire, server.host, server.port, ssl=context)
        else:
            await loop.create_connection(lambda: wire, server.host, server.port)
        await connection._greet(server)
    except ssl.SSLError as error:
        wire.abort()
        raise Untrusted("the server did not prove who it is (TLS)") from error
    except (OSError, UnicodeError) as error:  # UnicodeError: a host name too long to look up
        wire.abort()
        if isinstance(error, TimeoutError):
            raise
        raise Unanswered(type(error).__name__) from error
    except BaseException:
        wire.abort()
        raise
    return connection


def _trust(server: Server) -> ssl.SSLContext:
    try:
        return trust(server.verify, server.ca_file)
    except OSError as error:  # ssl.SSLError too
        raise Untrusted("the line's ca_file cannot be read") from error


def framed(mail: bytes) -> bytes | None:
    """The mail as DATA wants it: lines ended by CRLF, dots doubled, and its end (RFC 5321, 4.5.2).

    A lone CR or LF becomes CRLF: left alone, two servers could disagree about where the mail ends
    (SMTP smuggling). None when a line is longer than 998 bytes, which no server need take.
    """
    ends = mail.count(b"\r\n")
    if mail.count(b"\n") != ends or mail.count(b"\r") != ends:
        mail = _LONE_END.sub(b"\r\n", mail)
    if max(map(len, mail.split(b"\r\n"))) > MAX_LINE:
        return None
    if mail.startswith(b"."):
        mail = b"." + mail
    if b"\r\n." in mail:
        mail = mail.replace(b"\r\n.", b"\r\n..")
    return mail + (b".\r\n" if mail.endswith(b"\r\n") else b"\r\n.\r\n")


def _base64(words: str) -> bytes:
    return base64.b64encode(words.encode())
