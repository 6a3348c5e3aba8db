"""How fast a token may ask: a bucket of requests a token, in the memory of this process."""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings

from carepost.api.problems import ProblemRaised

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float  # seconds since 1970


class Limiter:
    """A bucket holds `burst` requests and is refilled with `rate` a second. `rate` 0: no limit."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = max(burst, 1)
        self._buckets: dict[UUID, _Bucket] = {}
        self._lock = Lock()

    def take(self, token_id: UUID, now: datetime) -> float:
        """Take one request; gives 0, or the seconds until there is one again."""
        if not self.rate:
            return 0
        at = now.timestamp()
        with self._lock:
            bucket = self._buckets.get(token_id)
            if bucket is None:
                bucket = self._buckets[token_id] = _Bucket(self.burst, at)
                if len(self._buckets) > MOST_BUCKETS:
                    self._forget_full(at)
            # A clock that was set back gives nothing, and takes nothing.
            gained = max(0.0, at - bucket.at) * self.rate
            bucket.left = min(self.burst, bucket.left + gained)
            bucket.at = at
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return (1 - bucket.left) / self.rate

    def _forget_full(self, at: float) -> None:
        """A bucket that is full again is as good as none."""
        seconds = self.burst / self.rate
        self._buckets = {k: b for k, b in self._buckets.items() if at - b.at < seconds}


_limiter: Limiter | None = None


def limit(token_id: UUID, now: datetime) -> None:
    """Count one request of a token. Raises a problem 429 with Retry-After when it is too many."""
    global _limiter
    rate, burst = settings.CAREPOST_API_RATE, settings.CAREPOST_API_BURST
    if _limiter is None or (_limiter.rate, _limiter.burst) != (rate, max(burst, 1)):
        _limiter = Limiter(rate, burst)
    wait = _limiter.take(token_id, now)
    if wait:
        raise ProblemRaised(
            429,
            f"This token may ask {rate:g} times a second. Wait as Retry-After says, then go on.",
            headers={"Retry-After": str(math.ceil(wait))},
        )
