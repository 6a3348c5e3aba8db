"""A running sandbox on free ports, what speaks to it, and a server that takes its callbacks."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from carepost.sandbox.server import Options, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "AC" + "5a" * 16
TOKEN = "0123456789abcdef0123456789abcdef"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
Starter = Callable[..., Any]


@dataclass
class Desk:
    """A client of one running sandbox, with the credentials that it lets in."""

    sandbox: Sandbox
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        """Return status, body (parsed if JSON) and headers of a signed-in request."""
        signed_in = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        headers = {"Authorization": f"Basic {signed_in}", **more.pop("headers", {})}
        url = self.sandbox.base_url + path
        async with self.http.request(method, url, headers=headers, **more) as answer:
            parsed = "json" in answer.content_type
            body = await answer.json() if parsed else await answer.text(errors="replace")
            return answer.status, body, answer.headers

    async def send(self, **fields: str) -> tuple[int, Any]:
        """POST a text; `fields` change the default ones, an empty one is left out."""
        form = {"To": "+12025550111", "From": "+12025550199", "Body": "Hello", **fields}
        form = {name: value for name, value in form.items() if value != ""}
        status, body, _ = await self.call("POST", f"{MESSAGES}.json", data=form)
        return status, body

    async def trouble(self, **switches: Any) -> None:
        """Set switches."""
        status, body, _ = await self.call("POST", "/sandbox/trouble", json=switches)
        assert status == 200, body

    async def accepted(self) -> list[dict[str, Any]]:
        """Return every text that the sandbox accepted."""
        _, body, _ = await self.call("GET", "/sandbox/messages")
        return list(body["messages"])


@dataclass
class Hook:
    """A server that takes status callbacks, and answers the first `failing` of them with 503."""

    url: str = ""
    failing: int = 0
    status: int = 200
    tries: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    taken: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.tries.append((str(request.url), form, dict(request.headers)))
        if len(self.tries) <= self.failing:
            return web.Response(status=503)
        self.taken.append(form)
        return web.Response(status=self.status)

    def states(self, sid: str) -> list[str]:
        """Return what was said of one text, in order of arrival."""
        return [form["MessageStatus"] for form in self.taken if form["MessageSid"] == sid]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Starter]:
    """Start sandboxes with changed options; all of them end with the test."""
    async with AsyncExitStack() as stack:

        async def started(**changes: Any) -> Desk:
            fast = {"sent_after_s": 0.02, "delivered_after_s": 0.05}
            options = Options(
                account_sid=ACCOUNT,
                auth_token=TOKEN,
                http_port=0,
                smtp_port=0,
                **{**fast, **changes},
            )
            sandbox = await stack.enter_async_context(Sandbox(options))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            return Desk(sandbox, http)

        yield started


@pytest.fixture
async def desk(start: Starter) -> Desk:
    """One sandbox that forgets everything at its end."""
    return await start()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """A callback server on a free port."""
    receiver = Hook()
    app = web.Application()
    app.router.add_post("/{rest:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/line-1?attempt=7&x=a%20b"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait until something is true, at most `seconds`."""

    async def wait(condition: Callable[[], bool], seconds: float = 5) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come true in time"
            await asyncio.sleep(0.01)

    return wait
