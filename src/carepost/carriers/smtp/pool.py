"""The kept connections to one mail server: opened when wanted, closed when idle, never too many."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from carepost.carriers.smtp.connection import open_connection

if TYPE_CHECKING:
    from carepost.carriers.smtp.connection import Connection
    from carepost.carriers.smtp.server import Server

IDLE = 60.0  # seconds; servers close after 300 (RFC 5321, 4.5.3.2.7), many of them sooner


class Pool:
    """Whoever `take`s a connection must `give` it back, whatever happened to it."""

    def __init__(self, server: Server, *, idle: float = IDLE) -> None:
        self.server = server
        self._idle_after = idle
        self._loop = asyncio.get_running_loop()
        self._idle: list[Connection] = []  # the last used on top: the rest can grow idle and close
        self._count = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def empty(self) -> bool:
        """Whether it holds no connection and nobody waits for one."""
        return self._count == 0 and not self._waiting

    @property
    def connections(self) -> int:
        return self._count

    async def take(self, *, fresh: bool = False) -> Connection:
        """A connection for one mail; `fresh` one never used before. Waits while all are in use.

        Raises what `open_connection` raises.
        """
        while True:
            if fresh and self._idle and self._count >= self.server.connections:
                self._drop(self._idle.pop())
            while self._idle and not fresh:
                connection = self._idle.pop()
                if connection.usable:
                    return connection
                self._drop(connection)
            if self._count < self.server.connections:
                return await self._open()
            await self._turn()

    def give(self, connection: Connection) -> None:
        """Take a connection back: kept if it is usable, in no doubt, and not worn out."""
        if not connection.usable or connection.in_doubt or self._closed:
            connection.abort()
            self._count -= 1
        elif connection.carried >= self.server.mails_per_connection:
            connection.quit()
            self._count -= 1
        else:
            connection.idle_since = self._loop.time()
            self._idle.append(connection)
            if self._sweep is None:
                self._sweep = self._loop.call_later(self._idle_after, self._close_idle)
        self._next()

    def close(self) -> None:
        """Say goodbye on idle connections; those in use close when they are given back."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        while self._idle:
            self._drop(self._idle.pop())

    async def _open(self) -> Connection:
        self._count += 1
        try:
            return await open_connection(self.server)
        except BaseException:
            self._count -= 1
            self._next()
            raise

    async def _turn(self) -> None:
        turn = self._loop.create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # the turn was ours and we cannot use it
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _drop(self, connection: Connection) -> None:
        connection.quit()
        self._count -= 1

    def _close_idle(self) -> None:
        self._sweep = None
        old = self._loop.time() - self._idle_after
        for connection in [c for c in self._idle if c.idle_since <= old or not c.usable]:
            self._idle.remove(connection)
            self._drop(connection)
        if self._idle:
            soonest = min(c.idle_since for c in self._idle) - old
            self._sweep = self._loop.call_later(soonest, self._close_idle)
