"""Asking an ASGI application something, without a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answered:
    """What came back. `status` 0: nothing."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def ask(
    application: Any,
    url: str,
    *,
    method: str = "POST",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    hang_up: bool = False,
    piece: int = 1000,
) -> Answered:
    """One request, its body in pieces of so many bytes."""
    path, _, query = url.partition("?")
    pieces = [body[i : i + piece] for i in range(0, len(body), piece)] or [b""]
    coming = [
        {"type": "http.request", "body": part, "more_body": i < len(pieces) - 1}
        for i, part in enumerate(pieces)
    ]
    coming += [{"type": "http.disconnect"}]
    answered = Answered()

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if len(coming) > 1 and not hang_up else coming[-1]

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            for name, value in message.get("headers", ()):
                answered.headers[name.decode().lower()] = value.decode("latin-1")
        else:
            answered.body += message.get("body", b"")

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode("latin-1", "replace"),
        "headers": [
            (name.lower().encode(), value.encode("latin-1", "replace"))
            for name, value in (headers or {}).items()
        ],
    }
    await application(scope, receive, send)
    return answered
