"""One kept connection: a request out, its answer in, one at a time.

1. `ask` writes the request and gives a future. From then on the far end may have it.
2. The answer is parsed as it comes. 1xx are passed over; whatever comes after its end, or comes
   unasked, makes the connection unfit to be used again.
3. The connection goes back to its home before whoever asked is woken: the next request need not
   wait for that.
"""

from __future__ import annotations

import asyncio
import select
from typing import TYPE_CHECKING, Protocol, cast

import httptools

from carepost.carriers.http.answers import Doubt, Response, Unanswered

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, BaseTransport, Future, TimerHandle, Transport

HEAD_LIMIT = 32 * 1024  # bytes of names and values of an answer's headers, 1xx and trailers too
HEADERS_LIMIT = 100
OVERHEAD = 8  # what comes in all, for each byte of body: chunks of one byte have six more
STALE = 1.0  # seconds; younger connections are trusted to be open

_HEAD, _BODY, _WHOLE = range(3)  # how far an answer has come


class Home(Protocol):
    """Where a connection belongs."""

    def give(self, wire: Wire) -> None:
        """It has carried its answer and can be used again."""

    def lost(self, wire: Wire) -> None:
        """It is closed, and is told once."""


class Wire(asyncio.Protocol):
    """`usable`: open, and nothing came that nobody asked for. `idle_since` is its home's note."""

    __slots__ = (
        "_answer", "_fed", "_head_size", "_headers", "_home", "_keep", "_largest", "_loop",
        "_parser", "_parts", "_phase", "_size", "_status", "_timer", "_timer_at", "_transport",
        "_until", "counted", "idle_since", "usable",
    )  # fmt: skip

    def __init__(self, home: Home, loop: AbstractEventLoop) -> None:
        self._home = home
        self._loop = loop
        self._transport: Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: Future[Response] | None = None
        self._timer: TimerHandle | None = None
        self._timer_at = 0.0
        self._until = 0.0
        self._largest = 0
        self.usable = False
        self.counted = False
        self.idle_since = 0.0
        # Of the answer that is coming; `_begin` sets them anew for the next one.
        self._phase = _HEAD
        self._status = self._fed = self._head_size = self._size = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._keep = True

    def ask(self, request: bytes, until: float, largest: int) -> Future[Response]:
        """Write one request; `until` is the loop's time at which patience ends, `largest` the most
        bytes of body. The connection must be usable, and not be waiting for an answer.

        The future fails with Unanswered.
        """
        assert self._transport is not None  # noqa: S101  usable
        answer: Future[Response] = self._loop.create_future()
        self._answer = answer
        self._until = until
        self._largest = largest
        self._transport.write(request)
        # One timer serves many requests: it looks at `_until` when it rings.
        if self._timer is None or until < self._timer_at:
            self._ring_at(until)
        return answer

    def give_up(self, answer: Future[Response]) -> None:
        """Whoever asked waits no longer. Cut, unless the answer has come and it serves another."""
        if self._answer is answer:
            self._answer = None
            self.cut()

    def cut(self) -> None:
        """Close at once."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def is_open(self, now: float) -> bool:
        """Whether it can take a request, as far as this machine can know without writing.

        After a while unused the system is asked too: the far end's goodbye may have come while
        this process had no time to read it.
        """
        if not self.usable or self._transport is None or self._transport.is_closing():
            return False
        if now - self.idle_since < STALE:
            return True
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    # What asyncio calls

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast("Transport", transport)
        self.usable = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.cut()  # unasked: mostly "408", as a server does on closing
            return
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._keep = False
            if self._phase != _WHOLE:
                self._fail(Doubt.NONSENSE)
                return
        if self._phase == _WHOLE:
            self._finish()
        elif self._head_size > HEAD_LIMIT or len(self._headers) > HEADERS_LIMIT:
            self._fail(Doubt.NONSENSE)
        elif self._phase == _BODY and self._size > self._largest:
            self._keep = False
            self._finish()
        elif self._fed > HEAD_LIMIT + OVERHEAD * (self._size and self._largest):
            self._fail(Doubt.NONSENSE)

    def eof_received(self) -> None:
        self.usable = False
        if self._answer is not None and self._phase == _BODY and self._ends_with_the_line():
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.usable = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._fail(Doubt.CUT)
        self._home.lost(self)

    # What the parser calls

    def on_message_begin(self) -> None:
        if self._phase == _WHOLE:
            self._keep = False  # a second answer to one request

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_size += len(name) + len(value)
        if self._phase == _HEAD and len(self._headers) <= HEADERS_LIMIT:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._phase == _HEAD:
            self._status = self._parser.get_status_code()
            if self._status >= 200:
                self._phase = _BODY
                self._keep = self._keep and self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if self._phase == _BODY:
            self._size += len(body)
            if self._size <= self._largest:
                self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._phase == _BODY:
            self._phase = _WHOLE
        elif self._phase == _HEAD:
            self._headers = []  # of a 1xx

    # What becomes of it

    def _begin(self) -> None:
        self._phase = _HEAD
        self._status = self._fed = self._head_size = self._size = 0
        self._headers, self._parts = [], []
        self._keep = True

    def _finish(self) -> None:
        answer, parts, transport = self._answer, self._parts, self._transport
        body: bytes | None = parts[0] if len(parts) == 1 else b"".join(parts)
        if self._size > self._largest:
            body = None
        if self._head_size > HEAD_LIMIT or len(self._headers) > HEADERS_LIMIT:
            self._fail(Doubt.NONSENSE)
            return
        response = Response(self._status, self._headers, body)
        keep = self._keep and self.usable
        self._answer = None
        self._begin()
        # An answer may come before the whole request went out (413): such a line is of no use.
        if keep and transport is not None and not transport.get_write_buffer_size():
            self._home.give(self)
        else:
            self.cut()
        if answer is not None and not answer.done():
            answer.set_result(response)

    def _fail(self, why: Doubt) -> None:
        answer, self._answer = self._answer, None
        self.cut()
        if answer is not None and not answer.done():
            answer.set_exception(Unanswered(why))

    def _ends_with_the_line(self) -> bool:
        """Whether the body is all that comes until the connection is closed (RFC 9112, 6.3)."""
        framed = (b"content-length", b"transfer-encoding")
        return not any(name.lower() in framed for name, _ in self._headers)

    def _ring_at(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._answer is None:
            return
        if self._loop.time() >= self._until:
            self._fail(Doubt.TIME)
        else:
            self._ring_at(self._until)
