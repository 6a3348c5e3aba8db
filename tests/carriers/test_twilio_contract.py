"""Twilio keeps the contract of every carrier."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from carepost.carriers.twilio.carrier import Twilio
from carepost.messaging.carrier import Account, Carrier, Channel
from tests.carriers.contract import Contract, FarEnd, Trouble
from tests.carriers.twilio_far_end import (
    CUT,
    SID,
    SILENCE,
    TOKEN,
    Reply,
    Request,
    account_at,
    answer,
    twilio_that,
)
from tests.carriers.twilio_payloads import CREATED, INVALID_NUMBER, TOO_MANY

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

BOTH_LOOPS = True


def created(request: Request) -> bytes:
    sid = f"SM{request.number:032x}"
    return answer(201, json.dumps(json.loads(CREATED) | {"sid": sid}))


def quoted(request: Request) -> bytes:
    words = f"no: {request.body.decode()} {request.form} {request.headers} {TOKEN}"
    return answer(400, json.dumps({"code": 99999, "message": words}))


class TestTwilioKeepsTheContract(Contract):
    to = "+14155550199"
    channel = Channel.SMS
    secrets = (TOKEN, base64.b64encode(f"{SID}:{TOKEN}".encode()).decode())
    patience = 7.0
    garbage = (
        b"\x00\xff" * 50,
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 201 Created\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        answer(201, ""),
        answer(201, "[]"),
        answer(201, "null"),
        answer(201, '{"sid": null}'),
        answer(201, '{"sid": "../../etc"}'),
        answer(201, "{" * 5000),
        answer(201, b'{"sid": "SM' + b"a" * 200_000 + b'"}'),
        answer(201, b"\x1f\x8b\x08\x00bomb", Content_Encoding="gzip"),
        answer(204, ""),
        answer(500, "<html>oops</html>"),
        answer(503, '{"code": 20503}'),
        b"HTTP/1.1 201 Created\r\nX: " + b"a" * 100_000,
    )

    def carrier(self) -> Carrier:
        return Twilio()

    def account(self, port: int) -> Account:
        return account_at(port)

    def far_end(
        self, trouble: Trouble, garbage: bytes = b""
    ) -> AbstractAsyncContextManager[FarEnd]:
        def answers(request: Request) -> Reply:
            match trouble:
                case Trouble.REFUSES:
                    return answer(400, INVALID_NUMBER)
                case Trouble.LATER:
                    return answer(429, TOO_MANY, Retry_After="7")
                case Trouble.CUTS:
                    return CUT
                case Trouble.CUTS_SECOND if request.number == 1:
                    return CUT
                case Trouble.SILENT:
                    return SILENCE
                case Trouble.QUOTES:
                    return quoted(request)
            return garbage or created(request)

        return twilio_that(answers)
