"""Create, fetch, redact, delete: the bodies and errors of Twilio's Messages API."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime

import pytest

ACCOUNT = "AC" + "5a" * 16
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"


async def test_a_created_text_is_answered_with_the_whole_resource(desk):
    status, body = await desk.send(Body="See you at 9", StatusCallback="http://127.0.0.1:1/x")
    assert status == 201
    sid = body["sid"]
    assert len(sid) == 34
    assert sid.startswith("SM")
    assert parsedate_to_datetime(body.pop("date_created")).utcoffset().total_seconds() == 0
    assert parsedate_to_datetime(body.pop("date_updated"))
    assert body == {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": "See you at 9",
        "date_sent": None,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": "+12025550199",
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{MESSAGES}/{sid}/Media.json"},
        "to": "+12025550111",
        "uri": f"{MESSAGES}/{sid}.json",
    }


async def test_a_text_moves_from_queued_over_sent_to_delivered(start):
    desk = await start(sent_after_s=0.1, delivered_after_s=0.3)
    _, body = await desk.send()
    seen = [body["status"]]
    while seen[-1] != "delivered":
        _, body, _ = await desk.call("GET", body["uri"])
        if body["status"] != seen[-1]:
            seen.append(body["status"])
        await asyncio.sleep(0.01)
    assert seen == ["queued", "sent", "delivered"]
    assert body["date_sent"]
    assert body["price"].startswith("-0.")


async def test_under_a_messaging_service_the_sender_is_null_until_one_is_chosen(desk):
    status, body = await desk.send(From="", MessagingServiceSid="MG" + "0" * 32)
    assert (status, body["status"], body["from"]) == (201, "accepted", None)
    await asyncio.sleep(0.1)
    _, body, _ = await desk.call("GET", body["uri"])
    assert (body["status"], body["from"]) == ("delivered", "+15005550006")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "not a number"}, 21211),
        ({"To": "+0123456789"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "!!"}, 21212),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "+12025550010"}, 21610),
        ({"StatusCallback": "ftp://127.0.0.1/x"}, 21609),
        ({"StatusCallback": "http://[x"}, 21609),
    ],
)
async def test_a_wrong_text_is_refused_with_twilios_code_and_not_accepted(desk, fields, code):
    status, body = await desk.send(**fields)
    assert status == 400
    assert body["code"] == code
    assert body["status"] == 400
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert body["message"]
    assert await desk.accepted() == []


async def test_the_longest_text_is_accepted(desk):
    status, body = await desk.send(Body="x" * 1600)
    assert (status, body["num_segments"]) == (201, "11")


async def test_a_wrong_token_is_refused(desk):
    status, body, headers = await desk.call(
        "POST", f"{MESSAGES}.json", data={}, headers={"Authorization": "Basic eDp5"}
    )
    assert (status, body["code"]) == (401, 20003)
    assert headers["WWW-Authenticate"] == 'Basic realm="Twilio API"'


@pytest.mark.parametrize(
    "path",
    [
        f"{MESSAGES}/SM{'0' * 32}.json",
        "/2010-04-01/Accounts/ACother/Messages.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json",
    ],
)
async def test_what_does_not_exist_is_not_found(desk, path):
    status, body, _ = await desk.call("GET", path)
    assert (status, body["code"]) == (404, 20404)
    assert body["message"] == f"The requested resource {path} was not found"


async def test_a_finished_text_can_be_redacted_and_deleted(desk):
    _, body = await desk.send()
    status, refused, _ = await desk.call("DELETE", body["uri"])
    assert (status, refused["code"]) == (409, 20009)
    await asyncio.sleep(0.1)
    status, redacted, _ = await desk.call("POST", body["uri"], data={"Body": ""})
    assert (status, redacted["body"]) == (200, "")
    status, _, _ = await desk.call("DELETE", body["uri"])
    assert status == 204
    status, _, _ = await desk.call("GET", body["uri"])
    assert status == 404
    assert [each["deleted"] for each in await desk.accepted()] == [True]


async def test_a_request_that_is_too_large_is_refused(desk):
    status, body = await desk.send(Body="x" * 300_000)
    assert (status, body["code"]) == (400, 20001)


async def test_odd_bytes_and_many_fields_are_no_server_error(desk):
    for raw in (b"\xff\xfe=%ff&To=%00&&&=;", b"&".join(b"a=%d" % n for n in range(500))):
        status, body, _ = await desk.call("POST", f"{MESSAGES}.json", data=raw)
        assert status == 400, body
