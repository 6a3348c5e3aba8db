"""A far end that speaks HTTP as Twilio does, or as badly as a test wants."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from carepost.messaging.carrier import Account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SID = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
TOKEN = "0f9e8d7c6b5a49382716fedcba987654"
NUMBER = "+14155552345"


@dataclass
class Request:
    """One request as it came; `number` counts from 0 over all connections."""

    number: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.body.decode()).items()}

    @property
    def query(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(urlsplit(self.target).query).items()}


CUT, SILENCE = "cut", "silence"
Reply = bytes | str  # raw bytes of an answer, CUT or SILENCE


def answer(status: int, body: str | bytes, **headers: str) -> bytes:
    """An HTTP answer with a JSON body."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + raw


@dataclass
class TwilioFarEnd:
    account: Account
    taken: int = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)


def account_at(port: int, address: str = NUMBER, **settings: str) -> Account:
    base = {
        "account_sid": SID,
        "auth_token": TOKEN,
        "api_base": f"http://127.0.0.1:{port}",
    }
    return Account(uuid4(), address, base | settings)


@asynccontextmanager
async def twilio_that(
    answers: Callable[[Request], Reply], address: str = NUMBER
) -> AsyncIterator[TwilioFarEnd]:
    """A server on a loopback port whose every answer is `answers(request)`."""
    end = TwilioFarEnd(account_at(0, address))
    open_writers: set[asyncio.StreamWriter] = set()
    tasks: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end.connections += 1
        open_writers.add(writer)
        tasks.add(asyncio.current_task())
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                pairs = (line.partition(":") for line in head[1:] if line)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                request = Request(len(end.requests), method, target, headers, body)
                end.requests.append(request)
                end.taken += 1
                reply = answers(request)
                if reply == SILENCE:
                    continue
                if isinstance(reply, str):
                    break
                writer.write(reply)
                await writer.drain()
                if b"content-length" not in reply[:2000].lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    end.account = account_at(server.sockets[0].getsockname()[1], address)
    try:
        yield end
    finally:
        server.close()
        for writer in open_writers:
            writer.close()
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)
