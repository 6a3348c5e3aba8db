"""What a proposal changes of the facts that planner and gates decide by. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from carepost.messaging.facts import Person
from carepost.messaging.kinds.appointment_notice import NAME as NOTICE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from uuid import UUID

    from carepost.messaging.facts import (
        LineFacts,
        PracticeFacts,
        RuleFacts,
        TemplateFacts,
    )
    from carepost.messaging.rehearsal.outbox import Planned

PLANNED_BY = frozenset({"timezone", "language", "quiet"})
"""The settings that say what is wanted. The others are asked for by the gates alone."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A proposal, checked. `rule_id`: the rule it is about; `rule`: as it would be, None if off.

    `template` with its `subject` and `body` would be the newest of its sort. `settings` by the
    names of `PracticeFacts` (`Any`: each of its own type). `lines`: what the practice would get.
    """

    rule_id: UUID | None = None
    rule: RuleFacts | None = None
    template: TemplateFacts | None = None
    subject: str = ""
    body: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[LineFacts, ...] = ()
    is_new: bool = False  # the rule is not there yet
    lead: timedelta | None = None  # the longest of the rule, before it and after it

    @property
    def plans_anew(self) -> bool:
        """Whether other messages may be wanted, and not only other answers of the gates."""
        only_gates = self.rule_id is None and self.template is None and not self.lines
        return not only_gates or bool(PLANNED_BY & self.settings.keys())

    @property
    def tells_of_changes(self) -> bool:
        """Whether a visit's change may be told of, however far off the visit is."""
        return self.rule is not None and self.rule.kind == NOTICE

    def is_asked_of(self, message: Planned) -> bool:
        """Whether the gates, or the words, of a message that stays as it is may differ."""
        if self.settings or self.lines:
            return True
        return self.rule_id is not None and self.rule_id == message.rule_id

    def of(self, person: Person) -> Person:
        """The facts of a person, had the proposal been carried out."""
        return Person(
            practice=self._practice(person.practice),
            client=person.client,
            visits=person.visits,
            rules=self._rules(person.rules),
            lines=(*person.lines, *self.lines),
            templates=self._templates(person.templates),
            told=person.told,
            consents=person.consents,
        )

    def _practice(self, practice: PracticeFacts) -> PracticeFacts:
        return replace(practice, **self.settings) if self.settings else practice

    def _rules(self, rules: tuple[RuleFacts, ...]) -> tuple[RuleFacts, ...]:
        if self.rule_id is None:
            return rules
        others = tuple(rule for rule in rules if rule.id != self.rule_id)
        return others if self.rule is None else (*others, self.rule)

    def _templates(self, templates: tuple[TemplateFacts, ...]) -> tuple[TemplateFacts, ...]:
        new = self.template
        if new is None:
            return templates

        def is_older(old: TemplateFacts) -> bool:
            return (old.rule_id, old.kind, old.what, old.channel, old.language) == (
                new.rule_id,
                new.kind,
                new.what,
                new.channel,
                new.language,
            )

        return (*(t for t in templates if not is_older(t)), new)
