"""What is true in the simulated world, and what was true at every moment before.

Written by the world as it acts, read by the oracle and the checks. Nothing here is the product's.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Rule:
    id: UUID
    kind: str
    channel: str
    when: str
    since: datetime
    days: int = 0
    seconds: int = 0
    at_time: time | None = None
    types: frozenset[str] = frozenset()
    skip_if_confirmed: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """`made` numbers points in the order they were added."""

    system: str
    value: str
    made: int
    invalid: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    id: UUID
    name: str
    zone: str
    assigned: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Change:
    sequence: int
    at: datetime
    tell: bool
    starts_at: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """`wall` is the naive local time in `zone`."""

    id: UUID
    client: UUID
    type: str
    zone: str
    starts_at: datetime
    wall: datetime
    status: str
    sequence: int
    scheduled_at: datetime
    changes: tuple[Change, ...]

    @property
    def active(self) -> bool:
        return self.status in ("booked", "confirmed")


@dataclass(frozen=True, slots=True)
class Consent:
    client: UUID
    channel: str
    address: str
    kinds: tuple[str, ...]
    given: bool


@dataclass(frozen=True, slots=True)
class State:
    """One practice at one moment. `consents` in the order they were said."""

    id: UUID
    name: str
    zone: str
    enabled: bool = False
    opt_in: bool = False
    quiet: tuple[time, time] | None = (time(21), time(8))
    rules: dict[UUID, Rule] = field(default_factory=dict)
    clients: dict[UUID, Client] = field(default_factory=dict)
    visits: dict[UUID, Visit] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    stops: frozenset[tuple[str, str]] = frozenset()

    def having(self, **changed: Any) -> State:
        """This state with some things changed. `Any`: each of its own type."""
        return replace(self, **changed)


class Moment(NamedTuple):
    """A state and when it began to be true; `index` orders everything that happens."""

    index: int
    at: datetime
    state: State


class History:
    """All states of all practices. `index` is of the newest thing that happened anywhere."""

    def __init__(self) -> None:
        self.index = 0
        self._moments: dict[UUID, list[Moment]] = {}

    @property
    def practices(self) -> list[UUID]:
        return list(self._moments)

    def record(self, at: datetime, state: State) -> None:
        self.index += 1
        self._moments.setdefault(state.id, []).append(Moment(self.index, at, state))

    def now(self, practice: UUID) -> State:
        return self._moments[practice][-1].state

    def moments(self, practice: UUID) -> list[Moment]:
        return self._moments[practice]

    def as_of(self, practice: UUID, index: int) -> State:
        """What was true once everything up to `index` had happened."""
        moments = self._moments[practice]
        return moments[bisect_right(moments, index, key=lambda m: m.index) - 1].state

    def between(self, practice: UUID, since: datetime, index: int) -> Iterator[State]:
        """The states that held at some time from `since` up to `index`, the newest first."""
        moments = self._moments[practice]
        at = bisect_right(moments, index, key=lambda m: m.index)
        for moment in reversed(moments[:at]):
            yield moment.state
            if moment.at <= since:
                return
