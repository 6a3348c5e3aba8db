"""Asking Twilio what it took, when an answer was lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from carepost.carriers.twilio.carrier import Twilio
from carepost.messaging.carrier import LookupFailed, ReceiptEvent, Sighting
from tests.carriers.twilio_far_end import (
    CUT,
    NUMBER,
    SID,
    Reply,
    Request,
    TwilioFarEnd,
    answer,
    twilio_that,
)
from tests.carriers.twilio_payloads import LISTED

TO = "+14155550199"
SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SERVICE = "MG" + "b" * 32


def message(sid: str, *, at: datetime | None = SINCE, **fields: object) -> dict[str, object]:
    """A message as Twilio lists it, queued and not yet sent."""
    listed: dict[str, object] = json.loads(LISTED)["messages"][0]
    return (
        listed
        | {"sid": sid, "to": TO, "from": NUMBER, "status": "queued", "body": "Hello"}
        | {"messaging_service_sid": None, "date_sent": None}
        | {"date_created": format_datetime(at) if at else None}
        | fields
    )


def page(*messages: object, next_uri: object = None) -> bytes:
    listed: dict[str, Any] = json.loads(LISTED)
    return answer(200, json.dumps(listed | {"messages": messages, "next_page_uri": next_uri}))


async def seen(
    *pages: Reply, known: frozenset[str] = frozenset(), address: str = NUMBER
) -> tuple[list[Sighting], TwilioFarEnd]:
    """What we make of these pages, in turn; the last one again and again."""
    carrier = Twilio()
    async with twilio_that(lambda r: pages[min(r.number, len(pages) - 1)], address) as end:
        try:
            sightings = await carrier.look_up(end.account, TO, SINCE, known)
        finally:
            await carrier.close()
    return list(sightings), end


async def test_it_asks_for_this_line_and_this_number_and_never_by_the_date_sent() -> None:
    _, end = await seen(page())
    (request,) = end.requests
    assert request.method == "GET"
    assert request.target.startswith(f"/2010-04-01/Accounts/{SID}/Messages.json?")
    assert request.query == {"To": TO, "From": NUMBER, "PageSize": "100"}


async def test_a_message_that_twilio_has_not_sent_yet_is_seen() -> None:
    (sighting,), _ = await seen(page(message("SM1")))
    assert sighting == Sighting("SM1", ReceiptEvent.TAKEN, text="Hello", at=SINCE)


async def test_what_became_of_it_is_told() -> None:
    (one, two), _ = await seen(
        page(
            message("SM1", status="undelivered", error_code=30003),
            message("SM2", status="delivered"),
        )
    )
    assert (one.event, one.code) == (ReceiptEvent.UNDELIVERED, "30003")
    assert two.event is ReceiptEvent.DELIVERED


async def test_known_messages_other_numbers_and_what_came_in_are_left_out() -> None:
    sightings, _ = await seen(
        page(
            message("SM1"),
            message("SM2", to="+14155550000"),
            message("SM3", direction="inbound"),
            message("SM4", **{"from": "+15005550006"}),
        ),
        known=frozenset({"SM1"}),
    )
    assert sightings == []


@pytest.mark.parametrize(("before", "count"), [(4, 1), (5, 1), (6, 0), (3600, 0)])
async def test_older_messages_than_the_attempt_are_left_out(before: int, count: int) -> None:
    sightings, _ = await seen(page(message("SM1", at=SINCE - timedelta(seconds=before))))
    assert len(sightings) == count


@pytest.mark.parametrize("date", [None, "yesterday", 7])
async def test_a_message_without_a_time_counts_as_a_candidate(date: object) -> None:
    (sighting,), _ = await seen(page(message("SM1", date_created=date)))
    assert sighting.at is None


async def test_a_messaging_service_is_found_before_a_sender_was_chosen() -> None:
    sightings, end = await seen(
        page(
            message("SM1", messaging_service_sid=SERVICE, **{"from": None}),
            message("SM2", messaging_service_sid="MG" + "c" * 32, **{"from": None}),
            message("SM3"),
        ),
        address=SERVICE,
    )
    assert [s.ref for s in sightings] == ["SM1"]
    assert "From" not in end.requests[0].query


async def test_all_pages_are_read_and_a_message_on_two_of_them_counts_once() -> None:
    following = f"/2010-04-01/Accounts/{SID}/Messages.json?PageSize=100&Page=1&PageToken=PASM1"
    sightings, end = await seen(
        page(message("SM1"), next_uri=following), page(message("SM1"), message("SM2"))
    )
    assert [s.ref for s in sightings] == ["SM1", "SM2"]
    assert end.requests[1].target == following


async def test_a_list_without_end_is_no_answer() -> None:
    with pytest.raises(LookupFailed) as failed:
        await seen(page(message("SM1"), next_uri="/2010-04-01/x"))
    assert not failed.value.permanent


@pytest.mark.parametrize(
    "uri", ["https://evil.example/x", "//evil.example/x", "http://127.0.0.1:1/x", 7, "http://["]
)
async def test_the_token_never_goes_to_another_host(uri: object) -> None:
    requests: list[Request] = []

    def answers(request: Request) -> Reply:
        requests.append(request)
        return page(next_uri=uri) if request.number == 0 else answer(404, "")

    carrier = Twilio()
    async with twilio_that(answers) as end:
        with pytest.raises(LookupFailed):
            await carrier.look_up(end.account, TO, SINCE, frozenset())
        await carrier.close()
    assert all("evil" not in request.headers["host"] for request in requests)


@pytest.mark.parametrize(
    "raw",
    [
        CUT,
        answer(401, ""),
        answer(404, ""),
        answer(429, ""),
        answer(500, ""),
        answer(302, "", Location="http://evil.example/"),
        answer(200, ""),
        answer(200, "[]"),
        answer(200, '{"messages": null}'),
        answer(200, "{}"),
        answer(200, b'{"messages": ["' + b"a" * 3_000_000 + b'"]}'),
    ],
)
async def test_anything_but_a_whole_list_is_no_answer(raw: Reply) -> None:
    with pytest.raises(LookupFailed) as failed:
        await seen(raw)
    assert not failed.value.permanent
    assert TO not in str(failed.value)


async def test_entries_that_are_no_messages_are_passed_over() -> None:
    sightings, _ = await seen(page(None, 7, {}, {"sid": 7}, message("SM1")))
    assert [s.ref for s in sightings] == ["SM1"]
