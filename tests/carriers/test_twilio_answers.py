"""What we send to Twilio, and what each of its answers means."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from carepost.carriers.twilio.carrier import Twilio
from carepost.carriers.twilio.errors import MEANINGS
from carepost.messaging.carrier import Answer, Blame, Channel, Letter, Outcome
from tests.carriers.authority import certify
from tests.carriers.contract import NOW
from tests.carriers.test_twilio_contract import created
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
from tests.carriers.twilio_payloads import AUTHENTICATE, CREATED, INVALID_NUMBER, UNSUBSCRIBED

if TYPE_CHECKING:
    from pathlib import Path


def sms(text: str = "Hello", *, seconds: float = 10) -> Letter:
    return Letter(
        attempt_id=uuid4(),
        channel=Channel.SMS,
        to="+14155550199",
        text=text,
        deadline=NOW + timedelta(seconds=seconds),
        callback_url="https://sunnyside.example/c/1?a=b&c=d",
    )


async def answered(raw: Reply) -> Answer:
    """What we make of one raw HTTP answer."""
    carrier = Twilio()
    async with twilio_that(lambda _: raw) as end:
        try:
            return await carrier.hand_over(end.account, sms(), NOW)
        finally:
            await carrier.close()


async def test_the_request_is_the_one_that_twilio_documents() -> None:
    carrier = Twilio()
    async with twilio_that(created) as end:
        await carrier.hand_over(end.account, sms("1 & 2 = 3? ö 💩\n+"), NOW)
        await carrier.close()
    (request,) = end.requests
    assert request.method == "POST"
    assert request.target == f"/2010-04-01/Accounts/{SID}/Messages.json"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {
        "To": "+14155550199",
        "From": "+14155552345",
        "Body": "1 & 2 = 3? ö 💩\n+",
        "StatusCallback": "https://sunnyside.example/c/1?a=b&c=d",
    }


async def test_a_line_that_is_a_messaging_service_is_named_as_one() -> None:
    service = "MG" + "a" * 32
    carrier = Twilio()
    async with twilio_that(created, service) as end:
        await carrier.hand_over(end.account, sms(), NOW)
        await carrier.close()
    assert end.requests[0].form["MessagingServiceSid"] == service
    assert "From" not in end.requests[0].form


async def test_connections_are_kept() -> None:
    carrier = Twilio()
    async with twilio_that(created) as end:
        for _ in range(4):
            await carrier.hand_over(end.account, sms(), NOW)
        await carrier.close()
    assert end.taken == 4
    assert end.connections == 1


async def test_twilios_own_example_of_a_created_message_is_accepted() -> None:
    got = await answered(answer(201, CREATED))
    assert got == Answer(Outcome.ACCEPTED, ref="SM" + "a" * 32, words="sent")


async def test_an_invalid_number_concerns_the_address() -> None:
    got = await answered(answer(400, INVALID_NUMBER))
    assert (got.outcome, got.code, got.blame) == (Outcome.REFUSED, "21211", Blame.ADDRESS)


async def test_a_number_that_told_twilio_stop_has_withdrawn_consent() -> None:
    got = await answered(answer(400, UNSUBSCRIBED))
    assert (got.outcome, got.code, got.blame) == (Outcome.REFUSED, "21610", Blame.STOPPED)


@pytest.mark.parametrize("body", [AUTHENTICATE, "", "<html>denied</html>"])
async def test_a_wrong_token_concerns_the_line(body: str) -> None:
    got = await answered(answer(401, body))
    assert (got.outcome, got.blame) == (Outcome.REFUSED, Blame.LINE)
    assert "token" in got.words


# RULES D3
PERMANENT = "21211 21214 21217 21408 21610 21612 21614 30004 30005 30006 30007 30034"


@pytest.mark.parametrize("code", PERMANENT.split())
async def test_the_permanent_codes_of_the_rules_are_refusals(code: str) -> None:
    got = await answered(answer(400, json.dumps({"code": int(code), "message": "x"})))
    assert got.outcome is Outcome.REFUSED
    assert got.code == code
    assert got.words == MEANINGS[code].words


# RULES D3: 30003 and 30008 are never tried again by SMS
@pytest.mark.parametrize("code", ["30003", "30008"])
def test_an_unreached_phone_is_not_tried_again_by_sms(code: str) -> None:
    assert MEANINGS[code].outcome is Outcome.REFUSED
    assert MEANINGS[code].blame is Blame.ADDRESS


def test_a_suspended_account_and_an_unregistered_number_hold_the_line() -> None:
    assert MEANINGS["30002"].blame is Blame.LINE
    assert MEANINGS["30034"].blame is Blame.LINE


@pytest.mark.parametrize("code", ["20429", "30001"])
async def test_the_transient_codes_of_the_rules_are_asked_again(code: str) -> None:
    got = await answered(answer(400, json.dumps({"code": int(code), "message": "x"})))
    assert got.outcome is Outcome.LATER
    assert got.retry_after is not None
    assert got.retry_after >= 1


def test_every_code_tells_staff_what_to_do_in_a_whole_sentence() -> None:
    for code, meaning in MEANINGS.items():
        assert code.isdigit()
        assert meaning.words.endswith("."), code
        assert len(meaning.words) > 20, code
        assert (meaning.blame is None) == (meaning.outcome is Outcome.LATER), code


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-4", 1.0),
        ("soon", 1.0),
        ("nan", 1.0),
        ("999999", 3600.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0),
    ],
)
async def test_retry_after_is_read_with_sense(header: str, seconds: float) -> None:
    got = await answered(answer(429, "no json", Retry_After=header))
    assert (got.outcome, got.retry_after) == (Outcome.LATER, seconds)


async def test_a_429_without_a_word_waits_a_second() -> None:
    got = await answered(answer(429, ""))
    assert (got.outcome, got.retry_after) == (Outcome.LATER, 1.0)


async def test_a_code_we_do_not_know_is_a_refusal_in_twilios_words() -> None:
    got = await answered(answer(400, '{"code": 21999, "message": "The moon is full"}'))
    assert (got.outcome, got.code, got.blame) == (Outcome.REFUSED, "21999", Blame.MESSAGE)
    assert "The moon is full" in got.words


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408])
async def test_a_server_error_leaves_it_uncertain_whatever_it_says(status: int) -> None:
    got = await answered(answer(status, INVALID_NUMBER))
    assert got.outcome is Outcome.UNCERTAIN


async def test_a_redirect_is_not_followed() -> None:
    carrier = Twilio()

    def redirect(request: Request) -> Reply:
        return answer(307, "", Location="/elsewhere")

    async with twilio_that(redirect) as end:
        got = await carrier.hand_over(end.account, sms(), NOW)
        await carrier.close()
    assert (got.outcome, got.blame) == (Outcome.REFUSED, Blame.LINE)
    assert end.taken == 1


async def test_a_stale_kept_connection_is_never_posted_on_twice() -> None:
    """The far end answers once, and cuts as soon as the second POST is in."""
    carrier = Twilio()
    async with twilio_that(lambda r: CUT if r.number else created(r)) as end:
        await carrier.hand_over(end.account, sms(), NOW)
        got = await carrier.hand_over(end.account, sms(), NOW)
        await asyncio.sleep(0.05)
        await carrier.close()
    assert got.outcome is Outcome.UNCERTAIN
    assert end.taken == 2
    assert end.connections == 1


async def test_waiting_in_vain_for_a_free_connection_sent_nothing() -> None:
    carrier = Twilio(limit=1)
    async with twilio_that(lambda _: SILENCE) as end:
        first = asyncio.create_task(carrier.hand_over(end.account, sms(seconds=1), NOW))
        while not end.taken:
            await asyncio.sleep(0.01)
        second = await carrier.hand_over(end.account, sms(seconds=0.3), NOW)
        assert second.outcome is Outcome.NOT_SENT
        assert (await first).outcome is Outcome.UNCERTAIN
        await carrier.close()
    assert end.taken == 1


async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    context = certify(tmp_path).serving()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    carrier = Twilio()
    account = account_at(0, api_base=f"https://127.0.0.1:{port}")
    got = await carrier.hand_over(account, sms(), NOW)
    await carrier.close()
    server.close()
    assert got.outcome is Outcome.NOT_SENT
    assert "TLS" in got.words
    assert not any(heard)


@pytest.mark.parametrize(
    "base",
    [
        "ftp://x",
        "api.twilio.com",
        "http://",
        "http://u:p@x/",
        "https://x/?a=b",
        "http://[::1",
        "http://" + "a" * 300 + ".example",
    ],
)
async def test_an_api_address_that_is_none_sends_nothing(base: str) -> None:
    carrier = Twilio()
    got = await carrier.hand_over(account_at(0, api_base=base), sms(), NOW)
    await carrier.close()
    assert got.outcome in (Outcome.REFUSED, Outcome.NOT_SENT)
    assert TOKEN not in got.words


@pytest.mark.parametrize("sid", ["", "SM" + "a" * 32, "AC/../..", "AC1?x"])
async def test_an_account_sid_that_is_none_sends_nothing(sid: str) -> None:
    carrier = Twilio()
    async with twilio_that(created) as end:
        account = account_at(0, account_sid=sid, api_base=end.account.settings["api_base"])
        got = await carrier.hand_over(account, sms(), NOW)
        await carrier.close()
    assert (got.outcome, got.blame) == (Outcome.REFUSED, Blame.LINE)
    assert end.taken == 0
