"""What the gates would say of a waiting message when its time has come, as things stand. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.kinds.kind import RuleNow, VisitNow
from carepost.messaging.outbound.gates import Case, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from carepost.messaging.facts import Person
    from carepost.messaging.rehearsal.outbox import Planned

    Stops = Mapping[tuple[str, str], list[tuple[str, ...]]]

NO_RULE = RuleNow("", False)
_ROUNDS = 3  # a message waits for hours once; more often would be a defect of ours


class Fate(NamedTuple):
    """When a message goes; or with a `code`, when it would have, and why it does not."""

    at: datetime
    code: str = ""


class Foreseeing:
    """Asks the gates for one person. `stops`: kinds by channel and address; () stands for all."""

    def __init__(self, person: Person, stops: Stops) -> None:
        self._person, self._stops = person, stops
        self._zone = person.zone
        self._visits = {visit.id: visit for visit in person.visits}
        self._rules = {rule.id: RuleNow(rule.when, rule.skip_if_confirmed) for rule in person.rules}
        self._lines = {line.use_id for line in person.lines}
        self._invalid = {point.id for point in person.client.points if point.invalid}
        self._said: dict[tuple[str, str, str], tuple[bool | None, bool]] = {}

    def fate(self, message: Planned, now: datetime) -> Fate:
        """What becomes of a message that waits."""
        at = max(message.due_at, now)
        if message.status == "held":
            return Fate(at, message.hold)
        case = self._case(message)
        for _ in range(_ROUNDS):
            answer = verdict(case, at)
            if answer.move == "pass":
                return Fate(at)
            if answer.move != "wait" or answer.until is None:
                return Fate(at, answer.code)
            at = answer.until
        return Fate(at, "outside_hours")

    def _case(self, message: Planned) -> Case:
        practice, rule_id = self._person.practice, message.rule_id
        rule = self._rules.get(rule_id) if rule_id else None
        consent, stopped = self._agreed(message)
        visits = []
        for visit_id, told in message.about:
            visit = self._visits.get(visit_id)
            if visit is not None:
                visits.append(
                    VisitNow(visit_id, told, visit.sequence, visit.status, visit.starts_at)
                )
        # By place, in the order of Case: half a million are made in a large rehearsal.
        return Case(
            message.kind,
            message.what,
            message.channel,
            message.expires_at,
            practice.messaging_enabled,
            practice.opt_in_required,
            practice.quiet,
            self._zone,
            message.address,
            bool(self._invalid) and message.point_id in self._invalid,
            message.line_id,
            message.line_id in self._lines,
            rule_id is None or rule is not None,
            rule or NO_RULE,
            consent,
            stopped,
            tuple(visits),
        )

    def _agreed(self, message: Planned) -> tuple[bool | None, bool]:
        """What was last agreed to, and whether it was stopped."""
        key = (message.channel, message.address, message.kind)
        said = self._said.get(key)
        if said is None:
            stops = self._stops.get(key[:2], ())
            said = self._said[key] = (
                self._person.agreed(*key),
                any(not kinds or message.kind in kinds for kinds in stops),
            )
        return said
