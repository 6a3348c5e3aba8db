"""Carepost's own entry: `carepost worker` processes, all promises on, timed like every peer.

The benchmark leaves our rows out until `ENGINE_EXISTS` is true. Three functions must be filled
then: `make_database`, `seed_due` and `wait_until_warm`; and `ANY_LEFT` must fit the tables. Nothing
else here should need a change: workers, carriers, timing and the CPU meter are the peers'.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from carriers import ACCOUNT, TOKEN
from contestant import Contestant, Job, Setup

if TYPE_CHECKING:
    from datetime import datetime

    from processes import Child

# ---- to be filled when the engine exists ---------------------------------------------------------

ENGINE_EXISTS = False

DATABASE = "carepost_bench"

ANY_LEFT = "select exists (select from messaging_message where status in ('planned', 'sending'))"
"""True while a message is not durably sent. A message that failed is found by the sink's count."""


def make_database(url: str) -> None:
    """Migrate the empty database at `url` (a superuser's address) as an installation would be.

    With its roles, policies and triggers: the worker must sign in as `app`, not as a superuser.
    """
    raise NotImplementedError


def seed_due(url: str, job: Job, n: int, due_at: datetime) -> None:
    """Put in what n messages of `job` need, planned by hand of SQL, all due at `due_at`.

    Several practices, messaging on, credit, an SMS line and an email line; n clients with an
    address each, n visits some days ahead, one `planned` message each, with the template of its
    kind; consent where the gate asks for it; no quiet hours; then `analyze`. At least
    `seeding_rate` rows a second.
    """
    raise NotImplementedError


def wait_until_warm(url: str, workers: int) -> None:
    """Return when `workers` workers have beaten in the database at `url`, within 30 s."""
    raise NotImplementedError


# ---- the same for both jobs ----------------------------------------------------------------------


class Ours(Contestant):
    """What SMS and email share."""

    name = "carepost"
    seeding_rate = 5_000

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
        make_database(self.url)

    def start_workers(self) -> list[Child]:
        """`carepost worker`, as often as the setup says."""
        command = [str(Path(sys.executable).with_name("carepost")), "worker"]
        environment = {
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
        workers = [
            self.children.start(f"carepost worker {number}", command, environment=environment)
            for number in range(self.setup.workers)
        ]
        wait_until_warm(self.url, len(workers))
        return workers

    def seed(self, n: int, due_at: datetime) -> None:
        """Planned messages of this job."""
        seed_due(self.url, self.job, n, due_at)

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
    """Our entries; none until the engine exists."""
    return [OurSms, OurEmail] if ENGINE_EXISTS else []
