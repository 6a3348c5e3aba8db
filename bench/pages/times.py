"""How long a server takes to answer, asked as a browser that stays asks: on one kept connection."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

WARM_UP = 5
ASKED = 50


class Times(NamedTuple):
    """Milliseconds from the request's first byte to the answer's last, on this machine."""

    median: float
    p99: float


def of(address: str, cookies: str) -> Times:
    """A page asked 50 times, after a warm-up. Raises AssertionError for an answer but 200."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    taken = []
    for _ in range(WARM_UP + ASKED):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 200, (path, answer.status)
    connection.close()
    return summed(taken[WARM_UP:])


def summed(taken: Sequence[float]) -> Times:
    """Median and 99th percentile (the nearest rank)."""
    ordered = sorted(taken)
    return Times(
        ordered[len(ordered) // 2], ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
    )
