"""Whether this installation can do its work now: the database answers and a worker lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import Error, connection

if TYPE_CHECKING:
    from datetime import datetime

BEAT_WITHIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found. Ages in seconds; None: there is none, or the database did not answer."""

    database: bool
    beat_seconds: float | None = None
    oldest_due_seconds: float | None = None

    @property
    def worker(self) -> bool:
        """Whether a worker was heard of lately."""
        return self.beat_seconds is not None and self.beat_seconds <= BEAT_WITHIN.total_seconds()

    @property
    def ready(self) -> bool:
        """The backlog's age does not count: a restart would not shorten it."""
        return self.database and self.worker


def look(now: datetime) -> Readiness:
    """Ask the database, by an index and a door: the cost does not grow with history."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT max(at) FROM messaging_workerbeat), door_oldest_due(%s)", [now]
            )
            beat, oldest = cursor.fetchone()
    except Error:
        return Readiness(database=False)
    return Readiness(True, _age(now, beat), _age(now, oldest))


def lives(beat: datetime | None, now: datetime) -> bool:
    """Whether a worker that was last heard of at `beat` counts as alive."""
    return Readiness(True, _age(now, beat)).worker


def _age(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else max(0.0, round((now - then).total_seconds(), 3))
