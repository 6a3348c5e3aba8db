"""Our HTTP client, and Twilio's adapter on it, against a real nginx."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from carepost.carriers.http.answers import Doubt, NotSent, Unanswered, Unreached
from carepost.carriers.http.client import Client
from carepost.carriers.twilio.carrier import Twilio
from carepost.messaging.carrier import Account, Channel, Letter, Outcome
from tests.real.nginx import PAGE, SID, Nginx, missing, nginx_running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nginx can run")

MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"


@pytest.fixture(scope="module")
def nginx() -> Iterator[Nginx]:
    with nginx_running() as server:
        yield server


@asynccontextmanager
async def client_of(nginx: Nginx) -> AsyncIterator[Client]:
    client = Client(trust=nginx.trust())
    try:
        yield client
    finally:
        await client.close()


@pytest.mark.parametrize("scheme", ["plain", "tls"])
async def test_many_requests_share_one_connection(nginx: Nginx, scheme: str) -> None:
    origin = nginx.tls if scheme == "tls" else nginx.plain
    target = f"{MESSAGES}?{scheme}"
    async with client_of(nginx) as client:
        for _ in range(50):
            got = await client.post(origin, target.encode(), b"", b"To=%2B1", timeout=5)
            assert got.status == 201
    seen = nginx.seen(target)
    assert len(seen) == 50
    assert len({connection for connection, *_ in seen}) == 1
    assert {protocol for *_, protocol in seen} == {"HTTP/1.1"}  # though it offers HTTP/2 by TLS


@pytest.mark.parametrize("framing", ["page", "chunked", "unframed", "behind"])
@pytest.mark.parametrize("scheme", ["plain", "tls"])
async def test_a_body_arrives_whole_however_it_is_framed(
    nginx: Nginx, framing: str, scheme: str
) -> None:
    origin = nginx.tls if scheme == "tls" else nginx.plain
    async with client_of(nginx) as client:
        target = f"/{framing}.txt".encode()
        answers = [await client.get(origin, target, b"", timeout=5, largest=PAGE) for _ in "ab"]
    for got in answers:
        assert (got.status, got.body) == (200, b"x" * PAGE)
        assert (got.header(b"content-length") is None) == (framing != "page")
        chunked = got.header(b"transfer-encoding") == "chunked"
        assert chunked == (framing in ("chunked", "behind"))


async def test_more_than_was_allowed_is_not_read(nginx: Nginx) -> None:
    async with client_of(nginx) as client:
        got = await client.get(nginx.plain, b"/page.txt", b"", timeout=5, largest=PAGE - 1)
        assert (got.status, got.body) == (200, None)
        assert (await client.get(nginx.plain, b"/moved", b"", timeout=5)).status == 308


async def test_a_request_that_is_too_large_is_refused_in_so_many_words(nginx: Nginx) -> None:
    async with client_of(nginx) as client:
        for size in (2_000, 30_000):
            got = await client.post(nginx.plain, MESSAGES.encode(), b"", b"a" * size, timeout=5)
            assert got.status == 413
        assert (await client.get(nginx.plain, b"/moved", b"", timeout=5)).status == 308


async def test_a_gateway_whose_server_is_gone_says_502(nginx: Nginx) -> None:
    async with client_of(nginx) as client:
        got = await client.post(nginx.plain, b"/gone", b"", b"a=b", timeout=5)
    assert (got.status, got.header(b"server") or "")[0] == 502


async def test_a_gateway_whose_server_is_mute_leaves_doubt_when_patience_ends(
    nginx: Nginx,
) -> None:
    began = time.monotonic()
    async with client_of(nginx) as client:
        with pytest.raises(Unanswered) as doubt:
            await client.post(nginx.plain, b"/mute", b"", b"a=b", timeout=0.3)
    assert doubt.value.why is Doubt.TIME
    assert time.monotonic() - began < 2


async def test_a_body_that_drips_leaves_doubt_when_patience_ends(nginx: Nginx) -> None:
    async with client_of(nginx) as client:
        with pytest.raises(Unanswered) as doubt:
            await client.get(nginx.plain, b"/slow.txt", b"", timeout=0.3, largest=PAGE)
    assert doubt.value.why is Doubt.TIME


async def test_a_server_that_ends_connections_after_some_requests_costs_no_answer(
    nginx: Nginx,
) -> None:
    async with client_of(nginx) as client:
        for _ in range(20):
            assert (await client.post(nginx.three, b"/three", b"", b"", timeout=5)).status == 200
        answers = await asyncio.gather(
            *(client.post(nginx.three, b"/three", b"", b"", timeout=5) for _ in range(100))
        )
    assert {got.status for got in answers} == {200}
    assert len(nginx.seen("/three")) == 120


async def test_a_server_that_ends_idle_connections_costs_no_answer(nginx: Nginx) -> None:
    async with client_of(nginx) as client:
        for pause in (1.3, 0):
            assert (await client.post(nginx.brief, b"/brief", b"", b"", timeout=5)).status == 200
            if pause:
                time.sleep(pause)  # the loop sees nothing of the server's goodbye
    assert len(nginx.seen("/brief")) == 2


async def test_without_its_authority_it_gets_nothing(nginx: Nginx) -> None:
    client = Client()
    with pytest.raises(NotSent) as failure:
        await client.post(nginx.tls, b"/untrusted", b"", b"a=b", timeout=5)
    await client.close()
    assert failure.value.why is Unreached.TRUST
    assert nginx.seen("/untrusted") == []


@pytest.mark.parametrize("scheme", ["plain", "tls"])
async def test_two_hundred_messages_at_once_are_accepted(
    nginx: Nginx, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(nginx.ca))  # as an administrator adds an authority
    origin = nginx.tls if scheme == "tls" else nginx.plain
    settings = {"account_sid": SID, "auth_token": "b" * 32, "api_base": str(origin)}
    account = Account(uuid4(), "+14155552345", settings)
    before = len(nginx.seen(MESSAGES))
    carrier = Twilio()

    def letter() -> Letter:
        deadline = datetime.now(UTC) + timedelta(seconds=30)
        return Letter(uuid4(), Channel.SMS, "+14155550199", "Hello", deadline)

    answers = await asyncio.gather(
        *(carrier.hand_over(account, letter(), datetime.now(UTC)) for _ in range(200))
    )
    await carrier.close()
    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    assert len(nginx.seen(MESSAGES)) == before + 200
