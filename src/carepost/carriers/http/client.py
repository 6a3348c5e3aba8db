"""The client: one request, at most once, over a kept connection if there is one.

What it does not do: follow a redirect, ask again, unpack a compressed body, keep a cookie, send a
body in pieces, speak HTTP/2 or go through a proxy.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from typing import TYPE_CHECKING

from carepost.carriers.http.answers import NotSent, Unreached
from carepost.carriers.http.names import Names
from carepost.carriers.http.origin import checked
from carepost.carriers.http.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from carepost.carriers.http.answers import Response
    from carepost.carriers.http.origin import Origin
    from carepost.carriers.http.wire import Wire

LARGEST = 64 * 1024  # bytes of an answer's body
CONNECT_TIMEOUT = 5.0  # seconds
MANY_POOLS = 64


class Client:
    """Belongs to the event loop in which it was made.

    `limit` connections at most per origin, closed after `idle` seconds without use; `waiting`
    requests at most wait for one. `trust` is whom TLS believes, by default the system's
    authorities.
    """

    def __init__(
        self,
        *,
        limit: int = 1000,
        idle: float = 30.0,
        waiting: int = 10_000,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._pool = functools.partial(Pool, limit=limit, idle=idle, waiting=waiting)
        self._pools: dict[Origin, Pool] = {}
        self._names = Names()
        self._trust = trust

    async def post(
        self,
        origin: Origin,
        target: bytes,
        headers: bytes,
        body: bytes,
        *,
        timeout: float,
        connect_timeout: float = CONNECT_TIMEOUT,
        largest: int = LARGEST,
    ) -> Response:
        """POST `body`. `target` is path and query, `headers` are `header_lines(…)`.

        `timeout` (seconds) is for all of it; `connect_timeout`, which should be shorter, for
        waiting for a connection and opening one. Raises NotSent, Unanswered, and ValueError for a
        target that is none.
        """
        request = b"POST %b HTTP/1.1\r\nHost: %b\r\n%bContent-Length: %d\r\n\r\n%b" % (
            checked(target), origin.authority, headers, len(body), body
        )  # fmt: skip
        return await self._ask(origin, request, timeout, connect_timeout, largest)

    async def get(
        self,
        origin: Origin,
        target: bytes,
        headers: bytes,
        *,
        timeout: float,
        connect_timeout: float = CONNECT_TIMEOUT,
        largest: int = LARGEST,
    ) -> Response:
        """GET `target`. As `post`."""
        request = b"GET %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (
            checked(target), origin.authority, headers
        )  # fmt: skip
        return await self._ask(origin, request, timeout, connect_timeout, largest)

    def connections(self, origin: Origin) -> int:
        """How many connections to `origin` are open or being opened."""
        pool = self._pools.get(origin)
        return pool.connections if pool else 0

    async def close(self) -> None:
        """Close idle connections; those in use close after their answer."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()

    async def _ask(
        self, origin: Origin, request: bytes, timeout: float, connect_timeout: float, largest: int
    ) -> Response:
        now = self._loop.time()
        pool = self._pools.get(origin) or self._new_pool(origin)
        wire = pool.kept() or await pool.take(now + min(connect_timeout, timeout))
        answer = wire.ask(request, now + timeout, largest)
        try:
            return await answer
        except asyncio.CancelledError:
            wire.give_up(answer)
            raise

    def _new_pool(self, origin: Origin) -> Pool:
        if len(self._pools) >= MANY_POOLS:
            self._pools = {o: pool for o, pool in self._pools.items() if not pool.empty}
        pool = self._pools[origin] = self._pool(functools.partial(self._dial, origin))
        return pool

    async def _dial(self, origin: Origin, new: Callable[[], Wire]) -> Wire:
        """Connect, to the host's addresses in turn, and let it prove who it is."""
        trust = self._whom_to_trust() if origin.tls else None
        name = origin.host if origin.tls else None
        try:
            addresses = await self._names.addresses(origin.host, origin.port)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label too long to look up
            raise NotSent(Unreached.NAME) from error
        failure: OSError | None = None
        for place, address in enumerate(addresses, 1):
            try:
                # A silent address must leave time for the others.
                async with asyncio.timeout(
                    None if place == len(addresses) else CONNECT_TIMEOUT / (2 * len(addresses))
                ):
                    _, wire = await self._loop.create_connection(
                        new, address, origin.port, ssl=trust, server_hostname=name
                    )
                return wire
            except ssl.SSLError as error:
                raise NotSent(Unreached.TRUST) from error
            except OSError as error:  # TimeoutError too
                failure = error
        self._names.forget(origin.host, origin.port)
        raise NotSent(Unreached.CONNECTION) from failure

    def _whom_to_trust(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
            self._trust.set_alpn_protocols(["http/1.1"])
        return self._trust
