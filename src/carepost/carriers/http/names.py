"""Where hosts are: what the name service said, kept for a minute."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

KEPT_SECONDS = 60.0


class Names:
    """Many who ask for one host at a time make one question of it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[float, asyncio.Future[list[str]]]] = {}

    async def addresses(self, host: str, port: int) -> list[str]:
        """The host's IP addresses, the one to try first foremost. Raises OSError, UnicodeError."""
        if is_address(host):
            return [host]
        loop = asyncio.get_running_loop()
        until, asked = self._known.get((host, port), (0.0, None))
        if asked is None or until <= loop.time():
            asked = loop.run_in_executor(None, _ask, host, port)
            self._known[host, port] = (loop.time() + KEPT_SECONDS, asked)
            asked.add_done_callback(lambda told: self._heard(told, host, port))
        return await asyncio.shield(asked)  # who gives up does so for himself alone

    def forget(self, host: str, port: int) -> None:
        """Ask anew the next time: what was said led nowhere."""
        self._known.pop((host, port), None)

    def _heard(self, told: asyncio.Future[list[str]], host: str, port: int) -> None:
        if told.cancelled() or told.exception() is not None:
            self.forget(host, port)


def is_address(host: str) -> bool:
    """Whether it is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ask(host: str, port: int) -> list[str]:
    told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in told))
