"""What takes part in a benchmark: one way to send n due messages, and how it is started and timed.

A trial of a contestant goes: `prepare(n)` (fresh tables, warm workers, n rows that become due
together a moment later), `wait_until_due()`, `run()` (seconds from "the rows are due" to "every row
is durably sent"), and the end of its processes.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

import psycopg

import database

if TYPE_CHECKING:
    from carriers import HttpSink, MailSink
    from database import Database
    from processes import Child, Children

Job = Literal["sms", "email"]
_POLL_SECONDS = 0.02
_LONGEST_RUN_SECONDS = 240


class TrialFailed(RuntimeError):
    """The trial gave no figure; says why."""


@dataclass(frozen=True)
class Setup:
    """How a contestant is run: worker processes, and messages in flight in each."""

    workers: int
    in_flight: int = 0
    batch: int = 0

    def __str__(self) -> str:
        parts = [f"{self.workers} worker{'s' if self.workers > 1 else ''}"]
        parts += [f"{self.in_flight} in flight"] if self.in_flight else []
        parts += [f"batch {self.batch}"] if self.batch else []
        return ", ".join(parts)


@dataclass
class Contestant(ABC):
    """One way to send. Subclasses say what differs; all are timed by the same code below."""

    name: ClassVar[str]
    job: ClassVar[Job]
    seeding_rate: ClassVar[float] = 10_000
    """Rows a second that `seed` surely manages: it must end before the rows are due."""

    database: Database
    carrier: HttpSink | MailSink
    children: Children
    setup: Setup
    workers: list[Child] = field(default_factory=list)
    due_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    @abstractmethod
    def setups(cls, latency: float) -> list[Setup]:
        """The setups worth trying at this latency of the carrier (seconds), best guess first."""

    @abstractmethod
    def fresh(self) -> None:
        """Make its tables anew, empty."""

    @abstractmethod
    def start_workers(self) -> list[Child]:
        """Start the worker processes; each has printed `ready` when this returns."""

    @abstractmethod
    def seed(self, n: int, due_at: datetime) -> None:
        """Put in n rows that become due at `due_at`, and refresh the planner's statistics."""

    @property
    @abstractmethod
    def any_left(self) -> str:
        """SQL that answers true while a row is not yet durably sent; cheap, polled."""

    @property
    def url(self) -> str:
        """Address of the database it works in."""
        return self.database.url()

    def prepare(self, n: int) -> None:
        """Bring it to where n rows are about to be due and its workers are warm.

        Raises TrialFailed when the rows were not in before they were due.
        """
        self.fresh()
        self.workers = self.start_workers()
        database.checkpoint(self.url)
        lead = 0.7 + n / self.seeding_rate
        self.due_at = datetime.now(UTC) + timedelta(seconds=lead)
        self.seed(n, self.due_at)
        if datetime.now(UTC) >= self.due_at:
            raise TrialFailed(f"seeding took longer than {lead:.1f} s; is the machine busy?")

    def wait_until_due(self) -> None:
        """Sleep until the rows are due."""
        time.sleep(max(0.0, (self.due_at - datetime.now(UTC)).total_seconds()))

    def run(self) -> float:
        """Seconds from the rows being due until every one is durably sent.

        Raises TrialFailed or ProcessFailed when that does not come about.
        """
        with psycopg.connect(self.url, autocommit=True) as connection:
            while True:
                row = connection.execute(self.any_left.encode()).fetchone()
                seconds = (datetime.now(UTC) - self.due_at).total_seconds()
                if row == (False,):
                    return seconds
                if seconds > _LONGEST_RUN_SECONDS:
                    raise TrialFailed(f"not done after {seconds:.0f} s")
                for worker in self.workers:
                    worker.check_alive()
                time.sleep(_POLL_SECONDS)
