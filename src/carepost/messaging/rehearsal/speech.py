"""What messages would say: their unfilled words, and the segments of a fair part of the SMS."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from carepost.appointments.models import Place, Practitioner
from carepost.messaging.channels.sms import measure
from carepost.messaging.models import Template
from carepost.messaging.outbound.compose import About, CannotCompose, compose
from carepost.messaging.wording import defaults, moments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from carepost.messaging.facts import Change, Person
    from carepost.messaging.rehearsal.affected import Side
    from carepost.messaging.rehearsal.amendment import Amendment
    from carepost.messaging.rehearsal.outbox import Planned
    from carepost.messaging.rehearsal.result import Totals
    from carepost.practice.models import Practice

Source = tuple[str, str, str]  # language, subject, body
MEASURED = 200
EACH = 100
"""Of the SMS with one source the first 200 are measured, then every hundredth."""


@dataclass(slots=True)
class _Sort:
    """The SMS of one side with the same source."""

    messages: int = 0
    measured: int = 0
    segments: int = 0


@dataclass(slots=True)
class Speech:
    """For one rehearsal, within its transaction."""

    practice: Practice
    amendment: Amendment
    _templates: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    _sources: dict[tuple[object, ...], Source] = field(default_factory=dict)
    _sorts: tuple[dict[Source, _Sort], dict[Source, _Sort]] = field(
        default_factory=lambda: (defaultdict(_Sort), defaultdict(_Sort))
    )
    _places: Mapping[UUID, str] = field(default_factory=dict)
    _practitioners: Mapping[UUID, str] = field(default_factory=dict)
    unmeasured: list[tuple[Person, Side, bool, Source]] = field(default_factory=list)

    def __post_init__(self) -> None:
        ours = {"practice_id": self.practice.id}
        self._places = dict(Place.objects.filter(**ours).values_list("id", "name"))
        self._practitioners = dict(Practitioner.objects.filter(**ours).values_list("id", "name"))
        new = self.amendment.template
        if new is not None:
            self._templates[new.id] = (self.amendment.subject, self.amendment.body)

    def source(self, person: Person, message: Planned) -> Source:
        """The language and the unfilled words of a message."""
        language = person.client.language or person.practice.language
        key = (message.template_id, message.kind, message.what, message.channel, language)
        found = self._sources.get(key)
        if found is None:
            found = self._sources[key] = self._find(message, language)
        return found

    def _find(self, message: Planned, language: str) -> Source:
        channel = "email" if message.channel in ("email", "fax") else "sms"
        default = defaults.find(message.kind, channel, language, message.what)
        if message.template_id is None:
            return language, default.subject, default.body
        if message.template_id not in self._templates:
            self._templates[message.template_id] = Template.objects.values_list(
                "subject", "body"
            ).get(id=message.template_id)
        subject, body = self._templates[message.template_id]
        return language, subject or default.subject, body

    def hear(self, person: Person, side: Side, *, with_: bool) -> None:
        """Note a message that goes; whether it is measured is decided by its place in the row."""
        if side.planned.channel != "sms" or side.fate.code:
            return
        sort = self._sorts[with_][side.source]
        sort.messages += 1
        if sort.messages <= MEASURED or sort.messages % EACH == 0:
            self.unmeasured.append((person, side, with_, side.source))

    def measure(self, first_names: Mapping[UUID, str]) -> None:
        """Fill in the words of what was noted and count their segments."""
        for person, side, with_, source in self.unmeasured:
            try:
                words = compose(self._about(person, side, first_names), side.fate.at)
            except CannotCompose:
                continue
            sort = self._sorts[with_][source]
            sort.measured += 1
            sort.segments += measure(words.text).segments
        self.unmeasured.clear()

    def total(self, totals: Totals, *, with_: bool) -> None:
        """Write down how many segments one side has in all."""
        for sort in self._sorts[with_].values():
            if sort.measured:
                totals.segments += round(sort.segments * sort.messages / sort.measured)
                totals.estimated = totals.estimated or sort.measured < sort.messages

    def _about(self, person: Person, side: Side, first_names: Mapping[UUID, str]) -> About:
        message = side.planned
        language, subject, body = side.source
        ids = {visit for visit, _ in message.about}
        visits = [visit for visit in person.visits if visit.id in ids]
        return About(
            kind=message.kind,
            what=message.what,
            channel=message.channel,
            language=language,
            country=self.practice.country,
            practice_name=self.practice.name,
            practice_phone=self.practice.phone,
            first_name=first_names.get(person.client.id, ""),
            visits=tuple(
                moments.Visit(
                    local=datetime.combine(visit.local_date, visit.local_time),
                    zone=visit.zone,
                    place=self._places.get(visit.place_id, "") if visit.place_id else "",
                    practitioner=self._practitioners.get(visit.practitioner_id, ""),
                )
                for visit in visits
            ),
            was=_was(visits[0].changes, message) if visits else None,
            subject=subject,
            body=body,
        )


def _was(changes: tuple[Change, ...], message: Planned) -> tuple[str, str, str] | None:
    """What a notice speaks of as the old time; near enough to measure it."""
    if message.what != "moved" or len(changes) < 2:
        return None
    old = changes[-2]
    return str(old.local_date), old.local_time.isoformat(), old.zone
