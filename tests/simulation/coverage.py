"""Was everything said that could be? Walks all that was true and told, from moment to moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation import oracle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.simulation.telling import Told
    from tests.simulation.truth import Client, History, State

SLACK = timedelta(minutes=30)
"""What could be said this long without a break must have been: crashes, retries and pauses end."""

NEVER = datetime.min.replace(tzinfo=UTC)
Span = tuple[datetime, datetime]
Stretch = tuple[datetime, datetime, "State", "frozenset[oracle.Key]"]


@dataclass
class Coverage:
    """How far each person's time was walked, and what could be said when the walk ended, since."""

    _walked: dict[UUID, datetime] = field(default_factory=dict)
    _open: dict[UUID, dict[oracle.Key, datetime]] = field(default_factory=dict)

    def unsaid(
        self, practice: UUID, client: UUID, history: History, told: Told, now: datetime
    ) -> Iterator[tuple[oracle.Key, Span]]:
        """What could have been said for longer than the slack, since the last walk."""
        running = self._open.get(client, {})
        reported = set()
        for begin, end, state, known in self._stretches(practice, client, history, told, now):
            former, running = running, {}
            for key, spans in _sayable(state, state.clients[client], known, begin, end).items():
                for start, until in spans:
                    since = former.get(key, start) if start == begin else start
                    if until - since >= SLACK and key not in reported:
                        reported.add(key)
                        yield key, (since, until)
                    if until == end:
                        running[key] = since
        self._open[client], self._walked[client] = running, now

    def _stretches(
        self, practice: UUID, client: UUID, history: History, told: Told, now: datetime
    ) -> Iterator[Stretch]:
        """Stretches of time in which neither the facts nor what was told changed."""
        walked = self._walked.get(client, NEVER)
        marks: list[tuple[int, int, datetime, State | None, frozenset[oracle.Key] | None]] = []
        marks += [(m.index, 0, m.at, m.state, None) for m in history.moments(practice)]
        marks += [(t.index, 1, t.at, None, t.told) for t in told.tellings[client]]
        marks.sort(key=lambda m: m[:2])
        state: State | None = None
        known: frozenset[oracle.Key] = frozenset()
        ends = [m[2] for m in marks[1:]] + [now]
        for (_, _, at, new, words), end in zip(marks, ends, strict=True):
            state = new or state
            known = known if words is None else words
            begin = max(at, walked)
            if state is not None and client in state.clients and begin < end:
                yield begin, end, state, known


def _sayable(
    state: State, client: Client, told: frozenset[oracle.Key], begin: datetime, end: datetime
) -> dict[oracle.Key, list[Span]]:
    """For each thing to say, the spans of a stretch in which nothing kept it from being said."""
    found: dict[oracle.Key, list[Span]] = {}
    for step in oracle.steps(state, client, told):
        if step.due is None or step.due >= end or step.expires <= begin:
            continue
        if not oracle.held(state, client, step.channel, step.kind):
            start, until = max(step.due, begin), min(step.expires, end)
            for key in step.keys:
                found[key] = list(_awake(state, client, start, until))
    return found


def _awake(state: State, client: Client, start: datetime, until: datetime) -> Iterator[Span]:
    """The parts of a span outside quiet hours."""
    while start < until:
        spans = oracle.quiets(state, oracle.zone_of(state, client), start)
        inside = next((e for b, e in spans if b <= start < e), None)
        if inside is not None:
            start = inside
            continue
        stop = min([until, *(b for b, _ in spans if b > start)])
        yield start, stop
        if stop == until:
            return
        start = stop
