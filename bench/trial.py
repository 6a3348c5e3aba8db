"""One trial: a contestant, a setup, a carrier; and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import machine
from processes import Children

if TYPE_CHECKING:
    from carriers import HttpSink, MailSink
    from contestant import Contestant, Setup
    from database import Database
    from machine import CpuUse


@dataclass(frozen=True)
class Scenario:
    """A job and the carrier's latency (seconds), with the number of messages of each trial."""

    title: str
    job: str
    latency: float
    messages: int


@dataclass(frozen=True)
class Figures:
    """What one trial gave."""

    scenario: str
    contestant: str
    setup: str
    messages: int
    seconds: float
    taken: int
    """How many messages the carrier saw: more than `messages` were sent twice, fewer were lost."""
    cpu: CpuUse

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def run_trial(
    kind: type[Contestant],
    setup: Setup,
    scenario: Scenario,
    database: Database,
    carrier: HttpSink | MailSink,
) -> Figures:
    """Run one trial; its processes are gone when this returns.

    Raises TrialFailed or ProcessFailed when there is no figure.
    """
    with Children() as children:
        contestant = kind(database, carrier, children, setup)
        contestant.prepare(scenario.messages)
        groups = {
            "python": [worker.pid for worker in contestant.workers],
            "database": [database.postmaster],
            "sink": [carrier.pid],
        }
        taken = carrier.taken()
        contestant.wait_until_due()
        before = machine.take_snapshot(groups)
        seconds = contestant.run()
        after = machine.take_snapshot(groups)
        return Figures(
            scenario=scenario.title,
            contestant=kind.name,
            setup=str(setup),
            messages=scenario.messages,
            seconds=seconds,
            taken=carrier.taken() - taken,
            cpu=machine.cpu_use(before, after, scenario.messages),
        )
