"""The kept connections to one origin: opened when wanted, the last used first, never too many.

Whoever finds none free waits in line, first come first served: for a connection that becomes free,
or for room to open one. Only so many are being opened at a time: a thousand handshakes begun
together would all be late, while one connection that is open serves many.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from carepost.carriers.http.answers import NotSent, Unreached
from carepost.carriers.http.wire import Wire

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Awaitable, Callable

    Dial = Callable[[Callable[[], Wire]], Awaitable[Wire]]

OPENING_AT_ONCE = 64


class Pool:
    """`dial` opens one connection and raises NotSent; the other numbers are the client's."""

    def __init__(self, dial: Dial, *, limit: int, idle: float, waiting: int) -> None:
        self._dial = dial
        self._limit = limit
        self._idle_after = idle
        self._most_waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._idle: list[Wire] = []  # longest idle first
        self._waiting: OrderedDict[Future[Wire | None], None] = OrderedDict()
        self._count = 0  # open, or being opened
        self._opening = 0
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def connections(self) -> int:
        """How many are open or being opened."""
        return self._count

    @property
    def empty(self) -> bool:
        """Whether it holds no connection and nobody waits for one."""
        return not self._count and not self._waiting

    def kept(self) -> Wire | None:
        """An open connection that nobody uses, at once; None if there is none."""
        idle = self._idle
        while idle:
            wire = idle.pop()
            if wire.is_open(self._loop.time()):
                return wire
            wire.cut()
        return None

    async def take(self, by: float) -> Wire:
        """A connection for one request, at the loop's time `by` at the latest. Raises NotSent."""
        while True:
            wire = self.kept()
            if wire is None:
                if self._has_room:  # then nobody waits: see _next
                    self._reserve()
                else:
                    wire = await self._turn(by)
                if wire is None:
                    return await self._open(by)
            if wire.usable:
                return wire

    def give(self, wire: Wire) -> None:
        """Take back a connection that can be used again."""
        while self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_result(wire)
                return
        if self._closed:
            wire.cut()
            return
        wire.idle_since = self._loop.time()
        self._idle.append(wire)
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._idle_after, self._close_idle)

    def lost(self, wire: Wire) -> None:
        """A connection is closed; there is room for another."""
        # If it was idle it stays in the list, where it is passed over: to search there would be
        # slow just when a server closes a thousand at a time.
        if wire.counted:
            wire.counted = False
            self._count -= 1
            self._next()

    async def close(self) -> None:
        """Close what is idle; what is in use closes after its answer."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        going = list(self._idle)
        for wire in going:
            wire.cut()
        # Each is told by the loop soon, and is gone only then.
        for _ in range(10):
            if not any(wire.counted for wire in going):
                break
            await asyncio.sleep(0)

    @property
    def _has_room(self) -> bool:
        return self._count < self._limit and self._opening < OPENING_AT_ONCE

    def _reserve(self) -> None:
        self._count += 1
        self._opening += 1

    async def _open(self, by: float) -> Wire:
        """Open the connection that was reserved."""
        wire = None
        try:
            async with asyncio.timeout_at(by):
                wire = await self._dial(lambda: Wire(self, self._loop))
            if not wire.usable:
                raise NotSent(Unreached.CONNECTION)
            wire.counted = True
            return wire
        except TimeoutError as error:
            raise NotSent(Unreached.CONNECTION) from error
        finally:
            self._opening -= 1
            if wire is None or not wire.counted:
                self._count -= 1
            self._next()

    async def _turn(self, by: float) -> Wire | None:
        """Wait for a connection, or for room to open one (None; it is reserved)."""
        if len(self._waiting) >= self._most_waiting:
            raise NotSent(Unreached.BUSY)
        turn: Future[Wire | None] = self._loop.create_future()
        self._waiting[turn] = None
        timer = self._loop.call_at(by, self._expire, turn)
        try:
            granted = await turn
        except asyncio.CancelledError:
            self._waiting.pop(turn, None)
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._return(turn.result())  # the turn was ours and we cannot use it
            raise
        finally:
            timer.cancel()
        if self._loop.time() >= by:  # it came at the last moment, and we only see it now
            self._return(granted)
            raise NotSent(Unreached.BUSY)
        return granted

    def _expire(self, turn: Future[Wire | None]) -> None:
        if not turn.done():
            self._waiting.pop(turn, None)
            turn.set_exception(NotSent(Unreached.BUSY))

    def _return(self, granted: Wire | None) -> None:
        if granted is None:
            self._count -= 1
            self._opening -= 1
            self._next()
        elif granted.usable:
            self.give(granted)

    def _next(self) -> None:
        """Called whenever there may be room: so where there is room, nobody waits."""
        while self._waiting and self._has_room:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                self._reserve()
                turn.set_result(None)

    def _close_idle(self) -> None:
        self._sweep = None
        now = self._loop.time()
        while self._idle and self._idle[0].idle_since <= now - self._idle_after:
            self._idle.pop(0).cut()
        if self._idle:
            at = self._idle[0].idle_since + self._idle_after
            self._sweep = self._loop.call_at(at, self._close_idle)
