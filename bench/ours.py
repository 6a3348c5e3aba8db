"""Carepost's own entry: `carepost worker` processes, all promises on, timed like every peer."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from carriers import ACCOUNT, TOKEN
from contestant import Contestant, Setup, TrialFailed
from processes import ProcessFailed

if TYPE_CHECKING:
    from datetime import datetime

    from processes import Child

DATABASE = "carepost_bench"

ANY_LEFT = """select exists (select from messaging_message where status = 'planned')
  or exists (select from messaging_inflight)"""
"""True while a message is not durably sent. A message that failed is found by the sink's count."""


def wait_until_warm(url: str, workers: int) -> None:
    """Return when `workers` workers have beaten in the database at `url`. Raises TrialFailed."""
    deadline = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("select count(*) from messaging_workerbeat").fetchone()
            if row is not None and row[0] >= workers:
                return
            time.sleep(0.05)
    raise TrialFailed("the workers never beat")


# ---- the same for both jobs ----------------------------------------------------------------------


class Ours(Contestant):
    """What SMS and email share."""

    name = "carepost"
    seeding_rate = 600

    @classmethod
    def setups(cls, latency: float) -> list[Setup]:
        """With two workers and with one; how much is in flight is the worker's own business."""
        return [Setup(2), Setup(1)]

    @property
    def url(self) -> str:
        """A database of its own on the same server."""
        return self.database.url(DATABASE)

    def fresh(self) -> None:
        """An empty installation."""
        with psycopg.connect(self.database.superuser, autocommit=True) as connection:
            connection.execute(f"drop database if exists {DATABASE} with (force)")
            connection.execute(f"create database {DATABASE}")
        self._seed("prepare")

    def start_workers(self) -> list[Child]:
        """`carepost worker`, as often as the setup says."""
        command = [str(Path(sys.executable).with_name("carepost")), "worker"]
        workers = [
            self.children.start(f"carepost worker {number}", command, environment=self._environment)
            for number in range(self.setup.workers)
        ]
        wait_until_warm(self.url, len(workers))
        return workers

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url,
            "CAREPOST_HOME": str(self.database.home),
            "CAREPOST_SECRET_KEY": "benchmark" * 5,
            "CAREPOST_TWILIO_ACCOUNT_SID": ACCOUNT,
            "CAREPOST_TWILIO_AUTH_TOKEN": TOKEN,
            "CAREPOST_TWILIO_FROM": "+12025550100",
            "CAREPOST_TWILIO_API_BASE": f"http://127.0.0.1:{self.carrier.port}",
            "CAREPOST_EMAIL_URL": f"smtp://127.0.0.1:{self.carrier.port}?tls=none",
            "CAREPOST_EMAIL_FROM": "practice@practice.example",
        }

    def _seed(self, *arguments: str) -> None:
        """Run `ours_seed` in this installation's environment. Raises ProcessFailed."""
        child = self.children.start_python("ours_seed", *arguments, environment=self._environment)
        if child.process.wait(120) != 0:
            raise ProcessFailed(child.last_errors())

    def seed(self, n: int, due_at: datetime) -> None:
        """Planned messages of this job."""
        self._seed("due", self.job, str(n), due_at.isoformat())

    @property
    def any_left(self) -> str:
        """By the message's own status."""
        return ANY_LEFT


class OurSms(Ours):
    """Carepost sending SMS."""

    job = "sms"


class OurEmail(Ours):
    """Carepost sending email."""

    job = "email"


def contestants() -> list[type[Contestant]]:
    """Our entries."""
    return [OurSms, OurEmail]
