"""Status callbacks: signed, in order, tried again, and all that can go wrong with them."""

from __future__ import annotations

import asyncio
import time

from twilio.request_validator import RequestValidator

TOKEN = "0123456789abcdef0123456789abcdef"


async def test_receipts_come_in_order_with_all_of_twilios_fields(desk, hook, until):
    _, body = await desk.send(StatusCallback=hook.url)
    await until(lambda: len(hook.taken) == 2)
    sent, delivered = hook.taken
    assert sent == {
        "AccountSid": body["account_sid"],
        "ApiVersion": "2010-04-01",
        "From": "+12025550199",
        "MessageSid": body["sid"],
        "MessageStatus": "sent",
        "SmsSid": body["sid"],
        "SmsStatus": "sent",
        "To": "+12025550111",
    }
    assert delivered["MessageStatus"] == delivered["SmsStatus"] == "delivered"
    assert "ErrorCode" not in delivered


async def test_the_official_validator_finds_the_signature_right(desk, hook, until):
    await desk.send(StatusCallback=hook.url, Body="é & =")
    await until(lambda: len(hook.tries) == 2)
    validator = RequestValidator(TOKEN)
    for _, form, headers in hook.tries:
        assert validator.validate(hook.url, form, headers["X-Twilio-Signature"])
        assert not validator.validate(hook.url, {**form, "To": "+1"}, headers["X-Twilio-Signature"])


async def test_a_number_that_cannot_be_reached_ends_undelivered(desk, hook, until):
    await desk.trouble(unreachable=["+12025550122"])
    for number in ("+12025550122", "+12025550003"):
        hook.taken.clear()
        _, body = await desk.send(To=number, StatusCallback=hook.url)
        await until(lambda: len(hook.taken) == 2)
        assert hook.states(body["sid"]) == ["sent", "undelivered"]
        assert hook.taken[-1]["ErrorCode"] == "30003"
        _, body, _ = await desk.call("GET", body["uri"])
        assert (body["status"], body["error_code"], body["price"]) == ("undelivered", 30003, None)


async def test_receipts_that_were_not_taken_are_tried_again(desk, hook, until):
    hook.failing = 1
    _, body = await desk.send(StatusCallback=hook.url)
    await until(lambda: len(hook.taken) == 2)
    assert hook.states(body["sid"]) == ["sent", "delivered"]
    assert len(hook.tries) == 3
    token = "I-Twilio-Idempotency-Token"
    first, again, other = (headers[token] for _, _, headers in hook.tries)
    assert first == again != other


async def test_receipts_can_come_twice(desk, hook, until):
    await desk.trouble(receipts_twice=True)
    _, body = await desk.send(StatusCallback=hook.url)
    await until(lambda: len(hook.taken) == 4)
    assert hook.states(body["sid"]) == ["sent", "sent", "delivered", "delivered"]


async def test_receipts_can_come_in_any_order(desk, hook, until):
    await desk.trouble(receipts_shuffled=True, seed=1)
    sids = [(await desk.send(StatusCallback=hook.url))[1]["sid"] for _ in range(20)]
    await until(lambda: len(hook.taken) == 40)
    orders = {tuple(hook.states(sid)) for sid in sids}
    assert orders == {("sent", "delivered"), ("delivered", "sent")}


async def test_receipts_can_be_late_while_the_text_itself_is_not(desk, hook, until):
    await desk.trouble(receipts_late_s=0.4)
    began = time.monotonic()
    _, body = await desk.send(StatusCallback=hook.url)
    await asyncio.sleep(0.1)
    _, body, _ = await desk.call("GET", body["uri"])
    assert body["status"] == "delivered"
    assert hook.taken == []
    await until(lambda: len(hook.taken) == 2)
    assert time.monotonic() - began >= 0.4


async def test_receipts_can_stay_away(desk, hook):
    await desk.trouble(receipts_none=True)
    await desk.send(StatusCallback=hook.url)
    await asyncio.sleep(0.3)
    assert hook.tries == []


async def test_receipts_not_told_before_a_stop_are_told_after_the_restart(
    start, hook, until, tmp_path
):
    state = tmp_path / "state"
    first = await start(state_file=state, delivered_after_s=0.4)
    _, body = await first.send(StatusCallback=hook.url)
    await until(lambda: len(hook.taken) == 1)
    await first.sandbox.stop()
    again = await start(state_file=state)
    await until(lambda: hook.states(body["sid"])[-1] == "delivered")
    await until(lambda: again.sandbox.exchange.receipts.waiting == 0)
    told = len(hook.taken)
    await again.sandbox.stop()
    await start(state_file=state)
    await asyncio.sleep(0.2)
    assert len(hook.taken) == told
