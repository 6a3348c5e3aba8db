"""A mail server as a carrier of email. At least once: an uncertain mail goes again with the same
Message-ID, by which the mailbox's server can drop the second (DESIGN promise 2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from carepost.carriers.smtp.connection import (
    Connection,
    Spoken,
    Unanswered,
    Untrusted,
    framed,
    open_connection,
)
from carepost.carriers.smtp.pool import IDLE, Pool
from carepost.carriers.smtp.replies import Step, meaning_of
from carepost.carriers.smtp.server import Server, Unusable, server_of
from carepost.carriers.smtp.wire import Lost
from carepost.carriers.words import told
from carepost.messaging.carrier import (
    Account,
    Answer,
    Blame,
    Channel,
    Checkup,
    Letter,
    LookupFailed,
    Outcome,
    Receipt,
    Sighting,
)
from carepost.messaging.channels import email

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

CONNECT_TIMEOUT = 15.0  # seconds: connect, TLS and sign-in together, and the wait for a free line
TOTAL_TIMEOUT = 60.0
MANY = 256  # so many servers may be remembered with no connection open to them


class Smtp:
    """`build` makes a letter's bytes (letter, sender's address, time). `idle`: see `Pool`."""

    name = "smtp"
    channels = frozenset({Channel.EMAIL})
    at_most_once = False

    def __init__(
        self,
        *,
        build: Callable[[Letter, str, datetime], bytes] = email.build,
        idle: float = IDLE,
    ) -> None:
        self._build = build
        self._idle = idle
        self._pools: dict[Server, Pool] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def hand_over(self, account: Account, letter: Letter, now: datetime) -> Answer:
        """Hand one mail to the line's server. See the port; `now` becomes the mail's Date."""
        left = (letter.deadline - now).total_seconds()
        if left <= 0:
            return Answer(Outcome.NOT_SENT, words="The time for this try was over before it began.")
        try:
            server = server_of(account.settings)
        except Unusable as wrong:
            return Answer(Outcome.REFUSED, words=str(wrong), blame=Blame.LINE)
        sender, recipient = _envelope(account.address), _envelope(letter.to)
        if not sender:
            words = "The line's email address is not one that mail can come from."
            return Answer(Outcome.REFUSED, words=words, blame=Blame.LINE)
        if not recipient:
            words = "This is not a valid email address. Check it with the client and correct it."
            return Answer(Outcome.REFUSED, code="5.1.3", words=words, blame=Blame.ADDRESS)
        try:
            mail = framed(self._build(letter, account.address, now))
        except ValueError:  # its words may quote the letter
            mail = None
        if mail is None:
            words = "The message cannot be written as an email. Check its addresses and its text."
            return Answer(Outcome.REFUSED, code="5.6.0", words=words, blame=Blame.MESSAGE)
        loop = asyncio.get_running_loop()
        until = loop.time() + min(TOTAL_TIMEOUT, left)
        pool = self._pool(server, loop)
        answer = await _try(pool, until, sender, recipient, mail, letter, fresh=False)
        if answer is None:  # a kept connection had been closed at the far end; nothing was taken
            answer = await _try(pool, until, sender, recipient, mail, letter, fresh=True)
        return answer or Answer(Outcome.LATER, words="The mail server keeps closing connections.")

    async def look_up(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> Sequence[Sighting]:
        """SMTP has no way to be asked. Always raises LookupFailed, permanent."""
        raise LookupFailed("A mail server cannot be asked what it took.", permanent=True)

    def read_callback(
        self, account: Account, url: str, headers: Mapping[str, str], body: bytes
    ) -> Receipt:
        """SMTP calls nobody back (failures come as mail, RFC 3464). Always raises ValueError."""
        raise ValueError("a mail server sends no callbacks")

    async def check(self, account: Account) -> Checkup:
        """Connect, begin TLS and sign in, then say goodbye."""
        try:
            server = server_of(account.settings)
        except Unusable as wrong:
            return Checkup(False, str(wrong))
        try:
            connection = await open_connection(server)
        except Unanswered:
            return Checkup(False, "The mail server could not be reached. Check its name and port.")
        except Untrusted as error:
            return Checkup(False, f"The mail server was reached, but {error}.")
        except Spoken as no:
            return Checkup(False, _said(no, (), server.secrets))
        except Lost as error:
            return Checkup(False, f"The mail server was reached, but {error}.")
        connection.quit()
        await asyncio.sleep(0)  # lets the goodbye out
        return Checkup(True)

    async def close(self) -> None:
        """Say goodbye on kept connections. The next hand-over opens new ones."""
        pools, self._pools = self._pools, {}
        if self._loop is asyncio.get_running_loop():
            for pool in pools.values():
                pool.close()
            await asyncio.sleep(0)  # lets the goodbyes out

    def _pool(self, server: Server, loop: asyncio.AbstractEventLoop) -> Pool:
        if self._loop is not loop:  # a pool belongs to one event loop
            self._pools, self._loop = {}, loop
        pool = self._pools.get(server)
        if pool is None:
            if len(self._pools) >= MANY:
                self._pools = {s: p for s, p in self._pools.items() if not p.empty}
            pool = self._pools[server] = Pool(server, idle=self._idle)
        return pool


async def _try(
    pool: Pool,
    until: float,
    sender: str,
    recipient: str,
    mail: bytes,
    letter: Letter,
    *,
    fresh: bool,
) -> Answer | None:
    """One try on one connection. None when a kept connection turned out to be closed."""
    loop = asyncio.get_running_loop()
    try:
        # Half of what is left at most: a mail begun at the last moment would end in doubt.
        async with asyncio.timeout(min(CONNECT_TIMEOUT, (until - loop.time()) / 2)):
            connection = await pool.take(fresh=fresh)
    except TimeoutError:
        words = "The mail server did not answer, or was busy with other mail; nothing was sent."
        return Answer(Outcome.NOT_SENT, words=words)
    except Unanswered:
        words = "The mail server could not be reached; nothing was sent."
        return Answer(Outcome.NOT_SENT, words=words)
    except Untrusted as error:
        words = f"Nothing was sent: {error}. The owner should check the line's mail server."
        return Answer(Outcome.NOT_SENT, words=words, blame=Blame.LINE)
    except Spoken as no:
        return _refusal(no, letter, pool.server)
    except Lost as error:
        return Answer(Outcome.NOT_SENT, words=f"Nothing was sent: {error}.")
    kept = connection.carried > 0
    try:
        async with asyncio.timeout_at(until):
            return await _carry(connection, sender, recipient, mail, letter)
    except TimeoutError:
        connection.abort()
        return _cut(connection, "the mail server did not answer in time")
    except Lost as error:
        if kept and not fresh and not connection.in_doubt:
            return None
        return _cut(connection, str(error))
    except Spoken as no:
        if no.reply.code == 421 and kept and not fresh and no.step is not Step.END:
            return None
        return _refusal(no, letter, pool.server)
    except BaseException:
        connection.abort()
        raise
    finally:
        pool.give(connection)


async def _carry(
    connection: Connection, sender: str, recipient: str, mail: bytes, letter: Letter
) -> Answer:
    head = mail if mail.isascii() else mail.partition(b"\r\n\r\n")[0]
    utf8 = not (sender.isascii() and recipient.isascii() and head.isascii())
    if utf8 and not connection.able("SMTPUTF8"):
        words = "This address has letters that the mail server cannot handle. Ask for another one."
        return Answer(Outcome.REFUSED, code="5.6.7", words=words, blame=Blame.ADDRESS)
    if connection.size_limit and len(mail) > connection.size_limit:
        words = "The mail is larger than the mail server takes. Shorten it."
        return Answer(Outcome.REFUSED, code="5.3.4", words=words, blame=Blame.MESSAGE)
    reply = await connection.carry(sender, recipient, mail, utf8=utf8)
    return Answer(Outcome.ACCEPTED, ref=reply.queue_id or letter.message_id, code=reply.enhanced)


def _cut(connection: Connection, why: str) -> Answer:
    if connection.in_doubt:
        return Answer(Outcome.UNCERTAIN, words=f"The mail was sent off, but {why}.")
    return Answer(Outcome.LATER, words=f"The mail was not taken: {why}.")


def _refusal(no: Spoken, letter: Letter, server: Server) -> Answer:
    outcome, blame = meaning_of(no.reply, no.step)
    code = no.reply.enhanced or str(no.reply.code)
    texts = (letter.text, letter.html, letter.subject)
    words = _said(no, texts, (letter.to, *server.secrets))
    return Answer(outcome, code=code, words=words, blame=blame)


def _said(no: Spoken, texts: tuple[str, ...], hidden: tuple[str, ...]) -> str:
    """What a server's no means to a person, without the message and its secrets."""
    if no.step is Step.LOG_IN:  # never the server's own words here: they may hold what was sent
        words = f"The mail server did not let us sign in ({no.reply.code})"
        if meaning_of(no.reply, no.step)[0] is Outcome.LATER:
            return f"{words}; we try again later."
        return f"{words}. The owner should check the line's user name and password."
    said = told(no.reply.text, texts=texts, hidden=hidden)
    return f"The mail server said: {no.reply.code} {said}"[:500]


def _envelope(address: str) -> str:
    """The address for MAIL and RCPT, its domain in ASCII (IDNA); "" when it cannot be one."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or len(address) > 254 or not address.isprintable():
        return ""
    if set(address) & set(' <>,;:"()[]\\') or "@" in local:
        return ""
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""
