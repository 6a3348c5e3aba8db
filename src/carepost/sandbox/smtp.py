"""The mail server: takes every mail for everybody, with the troubles that are switched on."""

from __future__ import annotations

import asyncio
import hmac
import logging
import warnings
from functools import partial
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from carepost.sandbox.options import MAX_MAIL_BYTES, Options

if TYPE_CHECKING:
    from typing import Any

    from carepost.sandbox.exchange import Exchange

# aiosmtpd tells every command at INFO, and with it every address.
logging.getLogger("mail.log").setLevel(logging.WARNING)

_MAX_RECIPIENTS = 1000


async def serve_smtp(exchange: Exchange) -> asyncio.Server:
    """Listen for mail at the port of the exchange's options, and return the server."""
    options = exchange.options
    session = partial(
        SMTP,
        _Postmaster(exchange),
        data_size_limit=MAX_MAIL_BYTES,
        enable_SMTPUTF8=True,
        hostname="sandbox.localhost",
        ident="Carepost sandbox",
        auth_required=options.smtp_username is not None,
        # On loopback there is nobody to listen in; without a password none is offered.
        auth_require_tls=options.smtp_username is None,
        authenticator=partial(_signed_in, options),
    )
    loop = asyncio.get_running_loop()
    # aiosmtpd warns of AUTH without TLS at every connection: here it is meant so.
    with_warnings_off = partial(_quietly, session)
    return await loop.create_server(with_warnings_off, options.host, options.smtp_port, backlog=512)


def _quietly(session: partial[SMTP]) -> SMTP:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return session(loop=asyncio.get_running_loop())


def _signed_in(
    options: Options,
    server: SMTP,
    session: Session,
    envelope: Envelope,
    mechanism: str,
    login: Any,  # LoginPassword from the mechanisms aiosmtpd brings
) -> AuthResult:
    if not isinstance(login, LoginPassword):
        return AuthResult(success=False, handled=False)
    right = hmac.compare_digest(login.login, (options.smtp_username or "").encode())
    right &= hmac.compare_digest(login.password, (options.smtp_password or "").encode())
    return AuthResult(success=right, handled=False)


class _Postmaster:
    """aiosmtpd's handler: one for all connections."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        # Commands are read one by one from the stream, so pipelined ones are answered in order.
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *responses[1:]]

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        trouble = self._exchange.trouble
        if address.lower() in trouble.smtp_reject:
            return "550 5.1.1 No such mailbox here"
        if self._exchange.chance.hits(trouble.smtp_defer):
            return "451 4.7.1 Greylisted, please try again later"
        if len(envelope.rcpt_tos) >= _MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        try:
            mail = await self._exchange.take_mail(
                envelope.mail_from or "", list(envelope.rcpt_tos), content
            )
        except OSError:
            return "452 4.3.1 Out of storage"
        if self._exchange.chance.hits(self._exchange.trouble.smtp_cut) and server.transport:
            server.transport.abort()  # type: ignore[attr-defined]  # a socket's transport has it
            await asyncio.Event().wait()  # the lost connection cancels this session right here
        return f"250 2.0.0 OK: queued as {mail.id}"
