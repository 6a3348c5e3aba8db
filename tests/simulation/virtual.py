"""Virtual time and seeded ids: the product asks its one clock, and the simulation answers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

from carepost.ground import clock, ids

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random


@contextmanager
def virtual(start: datetime, chance: Random) -> Iterator[clock.Stepped]:
    """Within, `clock.now()` shows the given clock, and `ids.fresh()` draws from `chance`.

    Model fields hold these two functions as defaults, so their sources are replaced, not they.
    """
    shown = clock.Stepped(start)

    class Moment(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # Any: it stands in for `datetime.now`
            return shown()

    seeded = SimpleNamespace(urandom=chance.randbytes)
    with mock.patch.object(clock, "datetime", Moment), mock.patch.object(ids, "os", seeded):
        yield shown
