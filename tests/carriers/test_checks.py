"""Asking a carrier whether it knows us: signs in, and sends nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from carepost.carriers.smtp.carrier import Smtp
from carepost.carriers.twilio.carrier import Twilio
from tests.carriers.smtp_far_end import PASSWORD, Say, SmtpFarEnd, server_that
from tests.carriers.twilio_far_end import (
    CUT,
    SID,
    TOKEN,
    Reply,
    TwilioFarEnd,
    account_at,
    answer,
    twilio_that,
)

if TYPE_CHECKING:
    from carepost.messaging.carrier import Checkup

ACCOUNT = {"sid": SID, "friendly_name": "Clinic", "status": "active", "type": "Full"}


async def twilio_says(reply: Reply) -> tuple[Checkup, TwilioFarEnd]:
    carrier = Twilio()
    async with twilio_that(lambda _: reply) as end:
        found = await carrier.check(end.account)
        await carrier.close()
    return found, end


async def test_twilio_is_asked_for_the_account_alone() -> None:
    found, end = await twilio_says(answer(200, json.dumps(ACCOUNT)))
    assert (found.well, found.words) == (True, "")
    (request,) = end.requests
    assert (request.method, request.target) == ("GET", f"/2010-04-01/Accounts/{SID}.json")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(200, json.dumps(ACCOUNT | {"status": "suspended"})), "not active"),
        (answer(401, '{"code": 20003, "message": "Authenticate"}'), "did not accept"),
        (answer(404, '{"code": 20404}'), "does not know this account"),
        (answer(503, "<html>"), "503"),
        (CUT, "could not be asked"),
    ],
)
async def test_what_twilio_does_not_like_is_said(reply: Reply, words: str) -> None:
    found, _ = await twilio_says(reply)
    assert not found.well
    assert words in found.words
    assert TOKEN not in found.words


async def test_an_account_that_is_none_is_not_asked_about() -> None:
    found = await Twilio().check(account_at(9, account_sid="nonsense"))
    assert not found.well
    assert "SID" in found.words


AUTH = b"250-far.example\r\n250 AUTH PLAIN\r\n"
SIGNED_IN = {"username": "desk", "password": PASSWORD}


async def smtp_says(says: dict[str, Say], **settings: str) -> tuple[Checkup, SmtpFarEnd]:
    async with server_that({"EHLO": AUTH} | says, settings=settings) as end:
        found = await Smtp().check(end.account)
    return found, end


async def test_a_mail_server_is_signed_in_to_and_given_no_mail() -> None:
    found, end = await smtp_says({}, **SIGNED_IN)
    assert (found.well, found.words) == (True, "")
    assert [line.split()[0] for line in end.heard][:2] == ["EHLO", "AUTH"]
    assert "MAIL" not in end.reached
    assert end.taken == 0


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"AUTH": b"535 5.7.8 wrong\r\n"}, "user name and password"),
        ({"greeting": b"554 5.3.2 go away\r\n"}, "554"),
        ({"EHLO": CUT}, "was reached, but"),
    ],
)
async def test_what_a_mail_server_does_not_like_is_said(says: dict[str, Say], words: str) -> None:
    found, _ = await smtp_says(says, **SIGNED_IN)
    assert not found.well
    assert words in found.words
    assert PASSWORD not in found.words


async def test_a_mail_server_that_is_not_there_is_said_to_be_so() -> None:
    async with server_that() as end:
        gone = end.account
    found = await Smtp().check(gone)
    assert not found.well
    assert "could not be reached" in found.words
