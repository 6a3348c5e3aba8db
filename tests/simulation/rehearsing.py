"""Staff who rehearse: before a rule or a setting changes, and afterwards what was said must be so.

A simulation of its own, so that the seeds of the others stay as they were seen to pass. At the very
instant of the change all is planned, and the waiting messages of the next 14 days are compared.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from carepost.messaging import rehearsal, rules
from carepost.practice import settings
from tests.messaging.rehearsal import outboxes
from tests.simulation import world
from tests.simulation.run import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.rehearsal import Proposal

CHECK = "a rehearsal comes true"


class Rehearsing(Simulation):
    """One run in which staff rehearse whatever they change."""

    awaited: tuple[UUID, datetime, UUID | None, list[outboxes.Row]] | None = None
    built = False  # the world; what is done while it is built is not rehearsed

    def run(self) -> Rehearsing:
        """The whole run. What broke is in `failures`; `counts["rehearsed"]` says how often."""
        with (
            mock.patch.object(world, "rules", RehearsedRules(self)),
            mock.patch.object(world, "settings", RehearsedSettings(self)),
        ):
            super().run()
        return self

    def _prepare(self) -> None:
        super()._prepare()
        act = self.world._act

        @contextmanager
        def acting(practice: UUID, what: str) -> Iterator[None]:
            with act(practice, what):
                yield
            self.compare()

        self.world._act = acting  # type: ignore[method-assign]
        self.built = True

    def rehearsed(self, practice: UUID, proposal: Proposal, change: Callable[[], Any]) -> Any:
        """Rehearse a proposal and carry it out; what came of it is compared after the act.

        `Any`: what the change gives.
        """
        self.awaited = None
        if not self.built or any(m.busy for m in self.machines) or not self._up():
            return change()
        now = self.clock()
        expected = outboxes.rehearsed(practice, proposal, now)
        found = rehearsal.rehearse(practice, proposal, now)
        if found.with_.messages != len(expected):
            self.fail(CHECK, f"{found.with_.messages} were counted of {len(expected)}")
        made = change()
        new = made.id if isinstance(proposal, rehearsal.NewRule) else None
        self.awaited = (practice, now, new, expected)
        return made

    def compare(self) -> None:
        """Plan what is to be planned, and compare it with what was rehearsed."""
        if self.awaited is None:
            return
        (practice, now, new, expected), self.awaited = self.awaited, None
        rough, self.rough = self.rough, False
        self.checks._plan(self._up()[0])
        self.rough = rough
        found = outboxes.waiting(practice, now, new)
        self.counts["rehearsed"] += 1
        if found != expected:
            apart = sorted(set(found) ^ set(expected), key=str)
            self.fail(CHECK, f"{practice}: {apart[:4]}")

    def _up(self) -> list[Any]:
        return [machine for machine in self.machines if machine.up]


class RehearsedRules:
    """Stands in for `carepost.messaging.rules` in the world's hands."""

    Timing = rules.Timing

    def __init__(self, sim: Rehearsing) -> None:
        self._sim = sim

    def add_rule(self, practice: UUID, actor: Any, *, now: datetime, **given: Any) -> Any:
        rest = dict(given)
        parts = ("when", "days", "seconds", "at_time")
        timing = rules.Timing(**{name: rest.pop(name) for name in parts if name in rest})
        return self._sim.rehearsed(
            practice,
            rehearsal.NewRule(timing=timing, **rest),
            lambda: rules.add_rule(practice, actor, now=now, **given),
        )

    def change_rule(
        self,
        practice: UUID,
        rule: UUID,
        actor: Any,
        *,
        now: datetime,
        timing: Any = None,
        **fields: Any,
    ) -> Any:
        return self._sim.rehearsed(
            practice,
            rehearsal.ChangedRule(rule, timing, fields),
            lambda: rules.change_rule(practice, rule, actor, now=now, timing=timing, **fields),
        )

    def remove_rule(self, practice: UUID, rule: UUID, actor: Any) -> None:
        self._sim.rehearsed(
            practice,
            rehearsal.RemovedRule(rule),
            lambda: rules.remove_rule(practice, rule, actor),
        )


class RehearsedSettings:
    """Stands in for `carepost.practice.settings` in the world's hands."""

    def __init__(self, sim: Rehearsing) -> None:
        self._sim = sim

    def change(self, practice: UUID, actor: Any, **given: Any) -> Any:
        return self._sim.rehearsed(
            practice,
            rehearsal.NewSettings(given),
            lambda: settings.change(practice, actor, **given),
        )
