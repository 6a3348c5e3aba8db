"""What every request passes before Django and every answer after it: size, headers, a count.

An ASGI application around another, so that pages, the API, static files and Django's own error
answers are all treated alike, and a body that is too large is refused while it comes in.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from carepost.web import figures, mishaps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]  # ASGI's own: values of many types
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)

LARGEST_CALLBACK = 64 * 1024  # bytes; Twilio's have about 500
LARGEST_BODY = 30 * 1024 * 1024  # a calendar of years as CSV

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    # What we answer may name a client; static files say otherwise for themselves.
    (b"cache-control", b"no-store"),
)
TRANSPORT = (b"strict-transport-security", b"max-age=31536000")

_TOO_LARGE = (
    b'{"type":"about:blank","title":"Too large","status":413,'
    b'"detail":"The body is larger than is taken here. Send it in parts."}'
)
_BROKEN = (
    b'{"type":"about:blank","title":"Something went wrong on our side","status":500,'
    b'"detail":"Try again; if it stays, tell your administrator the number %b."}'
)


class Doorway:
    """Wraps an ASGI application. `secure`: the world reaches us by https, and should keep to it."""

    def __init__(self, application: Application, *, secure: bool) -> None:
        self._application = application
        self._headers = (*HEADERS, TRANSPORT) if secure else HEADERS

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        passage = _Passage(scope, receive, send, self._headers)
        if passage.announced > passage.limit:
            await passage.answer(413, _TOO_LARGE)
            return
        try:
            await self._application(scope, passage.receive, passage.send)
        except Exception as error:
            # Django answers what its views raise. What gets here, a server would log with its
            # words, which may quote what a person wrote.
            number = mishaps.reference()
            logger.error("reference %s: %s", number, mishaps.describe(error))
            if not passage.answered:
                await passage.answer(500, _BROKEN % number.encode())
        if passage.too_large and not passage.answered:
            await passage.answer(413, _TOO_LARGE)


class _Passage:
    """One request on its way through."""

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        headers: tuple[tuple[bytes, bytes], ...],
    ) -> None:
        self._receive, self._send, self._headers = receive, send, headers
        self._began = time.monotonic()
        self._area = _area(scope["path"])
        self._taken = 0
        self.limit = LARGEST_CALLBACK if self._area == "hooks" else LARGEST_BODY
        self.announced = _length(scope["headers"])
        self.too_large = False
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            if self._taken > self.limit:
                self.too_large = True
                return {"type": "http.disconnect"}  # Django lets go of it without an answer
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answered = True
            given = list(message.get("headers", ()))
            names = {bytes(name).lower() for name, _ in given}
            message["headers"] = given + [h for h in self._headers if h[0] not in names]
            took = time.monotonic() - self._began
            figures.count_request(self._area, message["status"], took)
        await self._send(message)

    async def answer(self, status: int, problem: bytes) -> None:
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": problem})


def _area(path: str) -> str:
    first = path.lstrip("/").partition("/")[0]
    return first if first in ("api", "hooks", "static") else "pages"


def _length(headers: list[tuple[bytes, bytes]]) -> int:
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and len(value) < 20:
            return int(value)
    return 0
