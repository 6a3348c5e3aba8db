"""What every request passes: its size, its headers, and an error that nobody caught."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from carepost.web import doorway
from carepost.web.doorway import Doorway
from tests.web.asgi import Answered, ask


def through(application: Any, url: str = "/", *, secure: bool = False, **others: Any) -> Answered:
    return asyncio.run(ask(Doorway(application, secure=secure), url, **others))


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """Reads all there is, and answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"well"})


async def like_django(scope: Any, receive: Any, send: Any) -> None:
    """Reads, and lets go of a request that is cut."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"well"})


async def broken(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("Ann Field, +12025550101")


def test_every_answer_forbids_what_is_not_ours() -> None:
    headers = through(plain).headers

    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("secure", [True, False])
def test_browsers_are_held_to_https_where_the_world_reaches_us_by_it(secure: bool) -> None:
    assert ("strict-transport-security" in through(plain, secure=secure).headers) is secure


def test_a_header_that_was_set_stays_as_it_is() -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"Cache-Control", b"public")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert through(own).headers["cache-control"] == "public"


@pytest.mark.parametrize("announced", [True, False])
def test_a_callback_that_is_too_large_is_refused_as_it_comes(announced: bool) -> None:
    body = b"x" * (doorway.LARGEST_CALLBACK + 1)
    headers = {"content-length": str(len(body))} if announced else {}

    answer = through(like_django, "/hooks/a/b/c", body=body, headers=headers)

    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert through(like_django, "/hooks/a/b/c", body=body[:-1]).status == 200


def test_an_error_that_nobody_caught_is_answered_and_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = through(broken)

    assert answer.status == 500
    number = answer.body.decode().partition("the number ")[2][:8]
    assert number in caplog.text
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert "Ann" not in caplog.text + answer.body.decode()
