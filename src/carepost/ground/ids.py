"""Identifiers: UUID version 7 (RFC 9562, section 5.7), which sort by when they were made.

So the newest rows of a table lie side by side in its index, tables can be partitioned by ranges of
their key, and an id in a URL still cannot be guessed: 74 of its bits are random. Ids of one
millisecond are in no order among themselves.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from carepost.ground import clock

if TYPE_CHECKING:
    import random

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

# Layout, high bits first: 48 milliseconds since 1970, 4 version, 12 random, 2 variant, 62 random.
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_LOW_62 = (1 << 62) - 1
_LOW_12 = (1 << 12) - 1


def new(at: datetime, chance: random.Random) -> UUID:
    """An id of the millisecond `at` falls in, its 74 random bits drawn from `chance`.

    Pure: the same moment and the same state of `chance` give the same id, which is what makes a
    simulated year repeat. Raises ValueError for a naive or a pre-1970 `at`.
    """
    return _assemble(_milliseconds(at), chance.getrandbits(74))


def fresh() -> UUID:
    """An id of now, random by the operating system; a model field can default to it."""
    return _assemble(_milliseconds(clock.now()), int.from_bytes(os.urandom(10), "big") >> 6)


def first_of(at: datetime) -> UUID:
    """The smallest id that the millisecond of `at` can hold.

    `first_of(a) <= id < first_of(b)` selects the ids made from `a` until before `b`, both cut to
    the millisecond: the bounds of a partition, or of a search by time. Raises ValueError for a
    naive or a pre-1970 `at`.
    """
    return _assemble(_milliseconds(at), 0)


def moment_of(id_: UUID) -> datetime:
    """When an id was made: an aware instant in UTC, to the millisecond.

    Raises ValueError for an id that is not of version 7, for it holds no such moment.
    """
    if id_.version != 7:
        raise ValueError(f"{id_} is not a UUID of version 7, so it does not say when it was made.")
    return _EPOCH + (id_.int >> 80) * _MILLISECOND


def _milliseconds(at: datetime) -> int:
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone: an id needs an instant.")
    if at < _EPOCH:
        raise ValueError(f"{at} lies before 1970, where a UUID of version 7 cannot begin.")
    return (at - _EPOCH) // _MILLISECOND


def _assemble(milliseconds: int, random_74: int) -> UUID:
    return UUID(
        int=(milliseconds << 80)
        | _VERSION_AND_VARIANT
        | ((random_74 >> 62 & _LOW_12) << 64)
        | (random_74 & _LOW_62)
    )
