"""What comes of one request: an answer, the certainty that nothing was sent, or doubt."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Response(NamedTuple):
    """One whole answer. `headers` as they came; `body` is None when it was larger than allowed."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | None

    def header(self, name: bytes) -> str | None:
        """The first header of that name (in lower case), as latin-1; None if it did not come."""
        for given, value in self.headers:
            if given.lower() == name:
                return value.decode("latin-1").strip()
        return None


class Unreached(StrEnum):
    """Why nothing was sent."""

    NAME = "the name service does not know the host"
    CONNECTION = "no connection came about"
    TRUST = "the server did not prove who it is"
    BUSY = "no connection became free in time"


class Doubt(StrEnum):
    """Why a request that was sent has no whole answer."""

    CUT = "the connection was cut"
    TIME = "the time was over"
    NONSENSE = "the answer is not HTTP, or has too many or too long headers"


class NotSent(Exception):
    """Not one byte of the request left this machine."""

    def __init__(self, why: Unreached) -> None:
        super().__init__(why.value)
        self.why = why


class Unanswered(Exception):
    """The request was written, in part at least: the far end may have it."""

    def __init__(self, why: Doubt) -> None:
        super().__init__(why.value)
        self.why = why
