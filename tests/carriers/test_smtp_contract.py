"""A mail server keeps the contract of every carrier."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from carepost.carriers.smtp.carrier import Smtp
from carepost.messaging.carrier import Account, Carrier, Channel
from tests.carriers.contract import HTML, SUBJECT, TEXT, Contract, FarEnd, Trouble
from tests.carriers.smtp_far_end import (
    CUT,
    EHLO,
    PASSWORD,
    POLITE,
    SILENCE,
    Say,
    account_at,
    server_that,
)

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

KEY = base64.b64encode(f"\0desk\0{PASSWORD}".encode()).decode()
SIGNED_IN = {"username": "desk", "password": PASSWORD}


class TestSmtpKeepsTheContract(Contract):
    to = "ann.t@family.example"
    channel = Channel.EMAIL
    secrets = (PASSWORD, KEY)
    patience = None
    garbage = (
        b"\x00\xff" * 50 + b"\r\n",
        b"\r\n",
        b"banana\r\n",
        b"999 what\r\n",
        b"334 go on\r\n",
        b"25\r\n",
        b"250-and\r\n" * 5000,
        b"250 " + b"a" * 200_000,
    )

    def carrier(self) -> Carrier:
        return Smtp()

    def account(self, port: int) -> Account:
        return account_at(port, **SIGNED_IN)

    def far_end(
        self, trouble: Trouble, garbage: bytes = b""
    ) -> AbstractAsyncContextManager[FarEnd]:
        quote = f"554 5.7.1 spam: {TEXT} {HTML} {SUBJECT} for ann.t@family.example {PASSWORD} {KEY}"
        end: dict[Trouble, Say] = {
            Trouble.REFUSES: b"550 5.1.1 <ann.t@family.example>: User unknown\r\n",
            Trouble.LATER: b"451 4.3.0 try again\r\n",
            Trouble.CUTS: CUT,
            Trouble.CUTS_SECOND: lambda n: CUT if n else b"250 2.0.0 Ok: queued as 1\r\n",
            Trouble.SILENT: SILENCE,
            Trouble.QUOTES: quote.encode() + b"\r\n",
        }
        says: dict[str, Say] = {"EHLO": EHLO.replace(b"250 SMTPUTF8", b"250 AUTH PLAIN LOGIN")}
        says["end"] = end.get(trouble, garbage or POLITE["end"])
        return server_that(says, settings=SIGNED_IN)
