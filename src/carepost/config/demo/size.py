"""How much of a practice the demo is: the one of two practitioners, or a large one to try speed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`practitioners` see about seven clients a working day each, at `places`, an even number.

    `back`: how many days of the past there are.
    """

    clients: int
    practitioners: int
    places: int
    back: int = 365


SMALL = Size(clients=400, practitioners=2, places=2)
BIG = Size(clients=20_000, practitioners=28, places=8)
"""Some 200,000 messages in a year."""
