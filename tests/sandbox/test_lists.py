"""Lists of messages: filters, pages, tokens."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carepost.sandbox.exchange import Exchange
from carepost.sandbox.options import Options
from carepost.sandbox.text import Text
from carepost.sandbox.twilio_errors import TwilioError
from carepost.sandbox.twilio_lists import list_page

NOON = 1_764_072_000.0  # 2025-11-25T12:00:00Z


def make_exchange(texts: list[Text]) -> Exchange:
    exchange = Exchange(Options(account_sid="AC1", auth_token="t"))
    for text in texts:
        exchange.accepted.add_text(text)
    return exchange


def make_text(number: int, *, to: str = "+12025550111", at: float = NOON) -> Text:
    return Text(
        sid=f"SM{number:032d}",
        to=to,
        sender="+12025550199",
        service=None,
        body=str(number),
        callback=None,
        at=at,
        sent_at=at + 1,
        final_at=at + 2,
    )


def asked(uri: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(uri).query))


def bodies(page: dict) -> list[str]:
    return [each["body"] for each in page["messages"]]


@given(
    count=st.integers(0, 40),
    size=st.integers(1, 12),
    to=st.sampled_from([None, "+12025550100", "+12025550101"]),
    arriving=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None)
def test_following_the_pages_shows_every_text_once_though_others_arrive(count, size, to, arriving):
    texts = [make_text(n, to=f"+1202555010{n % 2}") for n in range(count)]
    exchange = make_exchange(texts)
    query = {"PageSize": str(size)} | ({"To": to} if to else {})
    seen, pages, page = [], 0, list_page(exchange, query, NOON + 60)
    while True:
        seen += bodies(page)
        assert page["page"] == pages
        pages += 1
        if not page["next_page_uri"]:
            break
        for n in range(arriving):
            exchange.accepted.add_text(make_text(1000 + pages * 10 + n))
        page = list_page(exchange, asked(page["next_page_uri"]), NOON + 60)
    assert seen == [t.body for t in reversed(texts) if to in (None, t.to)]


def test_the_previous_page_is_the_one_we_came_from():
    exchange = make_exchange([make_text(n) for n in range(7)])
    first = list_page(exchange, {"PageSize": "3"}, NOON + 60)
    second = list_page(exchange, asked(first["next_page_uri"]), NOON + 60)
    back = list_page(exchange, asked(second["previous_page_uri"]), NOON + 60)
    assert first["previous_page_uri"] is None
    assert bodies(second) == ["3", "2", "1"]
    assert bodies(back) == bodies(first) == ["6", "5", "4"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"DateSent": "2025-11-25"}, "1 0"),
        ({"DateSent": "2025-11-24"}, ""),
        ({"DateSent": "2025-11-25T00:00:00Z"}, "1 0"),
        ({"DateSent>": "2025-11-25T12:00:01Z"}, "1 0"),
        ({"DateSent>": "2025-11-25T12:00:02Z"}, "1"),
        ({"DateSent>=": "2025-11-25T12:00:11Z"}, "1"),
        ({"DateSent<": "2025-11-25T12:00:01Z"}, "0"),
        ({"DateSent<": "2025-11-25T12:00:00Z"}, ""),
        ({"DateSent<": "2025-11-26", "DateSent>": "2025-11-25"}, "1 0"),
        ({"DateSent": "2025-11-25T12:00:11Z"}, "1"),
        ({"From": "+12025550199"}, "2 1 0"),
        ({"From": "+12025550198"}, ""),
        ({"To": "+12025550111", "DateSent<": "2025-11-25T12:00:05Z"}, "0"),
    ],
)
def test_filters_take_what_was_sent_in_the_span_and_never_what_was_not_sent(query, expected):
    texts = [make_text(0), make_text(1, at=NOON + 10), make_text(2, at=NOON + 29.5)]
    page = list_page(make_exchange(texts), query, NOON + 30)
    assert bodies(page) == expected.split()


@given(st.dictionaries(st.sampled_from(["DateSent", "DateSent>", "PageToken", "Page"]), st.text()))
@settings(max_examples=100, deadline=None)
def test_no_query_is_a_server_error(query):
    with suppress(TwilioError):
        assert list_page(make_exchange([make_text(0)]), query, NOON)["page_size"] == 50


@pytest.mark.parametrize(
    "query", [{"DateSent": "soon"}, {"DateSent>": "2025-02-30"}, {"PageToken": "PASMnone"}]
)
def test_a_query_that_makes_no_sense_is_refused(query):
    with pytest.raises(TwilioError) as refused:
        list_page(make_exchange([make_text(0)]), query, NOON)
    assert refused.value.code == 20001


async def test_a_lagging_list_hides_the_young_from_list_and_fetch(desk):
    await desk.trouble(list_lag_s=0.3)
    _, body = await desk.send()
    listing = body["uri"].rpartition("/")[0] + ".json"
    status, _, _ = await desk.call("GET", body["uri"])
    _, page, _ = await desk.call("GET", listing)
    assert (status, page["messages"]) == (404, [])
    began = time.monotonic()
    while not page["messages"] and time.monotonic() < began + 3:
        await asyncio.sleep(0.05)
        _, page, _ = await desk.call("GET", listing)
    assert [each["sid"] for each in page["messages"]] == [body["sid"]]
