"""What rules, methods and kinds are called: one wording for pages, API and stories."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import time
    from uuid import UUID

METHODS: dict[str, str] = {
    "sms": _("SMS"),
    "email": _("Email"),
    "voice": _("Call"),
    "fax": _("Fax"),
    "": _("Assigned method"),
}
KINDS: dict[str, str] = {
    "appointment_reminder": _("Appointment reminder"),
    "appointment_notice": _("Appointment notice"),
    "test_message": _("Test message"),
}
_NAMES = """
SELECT 'type', id, name FROM appointments_appointmenttype WHERE id = ANY(%(types)s)
UNION ALL
SELECT 'practitioner', id, name FROM appointments_practitioner WHERE id = ANY(%(practitioners)s)
UNION ALL
SELECT 'place', id, name FROM appointments_place WHERE id = ANY(%(places)s)
"""


class RuleSaid(Protocol):
    """A rule: a row of it, or `facts.RuleFacts`."""

    @property
    def kind(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def when(self) -> str: ...
    @property
    def days(self) -> int: ...
    @property
    def seconds(self) -> int: ...
    @property
    def at_time(self) -> time | None: ...
    @property
    def types(self) -> Collection[UUID]: ...
    @property
    def practitioners(self) -> Collection[UUID]: ...
    @property
    def places(self) -> Collection[UUID]: ...
    @property
    def skip_if_confirmed(self) -> bool: ...


class RuleRow(RuleSaid, Protocol):
    """A rule with its id."""

    @property
    def id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Names:
    """What a practice's types, practitioners and places are called, by id."""

    types: Mapping[UUID, str] = field(default_factory=dict)
    practitioners: Mapping[UUID, str] = field(default_factory=dict)
    places: Mapping[UUID, str] = field(default_factory=dict)


def names_of(rules: Iterable[RuleSaid]) -> Names:
    """What these rules name; one statement, in the caller's transaction, or none if they do not."""
    rules = list(rules)
    given = {
        name: list({i for rule in rules for i in getattr(rule, name)})
        for name in ("types", "practitioners", "places")
    }
    if not any(given.values()):
        return Names()
    found: dict[str, dict[UUID, str]] = {"type": {}, "practitioner": {}, "place": {}}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, given)
        for sort, identity, name in cursor.fetchall():
            found[sort][identity] = name
    return Names(found["type"], found["practitioner"], found["place"])


def of_rules(rules: Iterable[RuleRow]) -> dict[UUID, str]:
    """Each rule's sentence by its id; one statement at most, however many rules."""
    rules = list(rules)
    names = names_of(rules)
    return {rule.id: rule_sentence(rule, names) for rule in rules}


def rule_sentence(rule: RuleSaid, names: Names) -> str:
    """The rule as a sentence: "SMS, 1 day before, for every visit". In the reader's language."""
    parts = [method(rule.channel), when(rule), *_for_whom(rule, names)]
    if rule.skip_if_confirmed:
        parts.append(gettext("unless it is confirmed"))
    return ", ".join(parts)


def when(rule: RuleSaid) -> str:
    """When a rule speaks: "1 day before at 9:00 AM", "3 minutes after a visit is booked …"."""
    span = _span(rule.days, rule.seconds)
    if rule.when == "change":
        return gettext("%(span)s after a visit is booked, moved or cancelled") % {"span": span}
    if rule.at_time is not None:
        return _on_the_clock(rule.when, rule.days, rule.at_time)
    if rule.when == "before":
        return gettext("%(span)s before") % {"span": span}
    if not (rule.days or rule.seconds):
        return gettext("when the visit begins")
    return gettext("%(span)s after the visit began") % {"span": span}


def method(channel: str) -> str:
    """A messaging method's name."""
    return gettext(METHODS[channel])


def kind(name: str) -> str:
    """What a kind of message is called."""
    return gettext(KINDS.get(name, "Message"))


def _on_the_clock(when: str, days: int, at: time) -> str:
    usual = formats.get_format("TIME_FORMAT")
    clock = formats.time_format(at, "g:i A" if usual == "P" else usual)
    if not days:
        return gettext("on the day itself at %(clock)s") % {"clock": clock}
    words = {"span": _span(days, 0), "clock": clock}
    if when == "before":
        return gettext("%(span)s before at %(clock)s") % words
    return gettext("%(span)s after at %(clock)s") % words


def _span(days: int, seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [
        (days, ngettext("%(n)s day", "%(n)s days", days)),
        (hours, ngettext("%(n)s hour", "%(n)s hours", hours)),
        (minutes, ngettext("%(n)s minute", "%(n)s minutes", minutes)),
        (rest, ngettext("%(n)s second", "%(n)s seconds", rest)),
    ]
    said = [words % {"n": n} for n, words in parts if n]
    return gettext(" and ").join(said) if said else gettext("0 minutes")


def _for_whom(rule: RuleSaid, names: Names) -> list[str]:
    types = _listed(rule.types, names.types)
    said = [gettext("for %(types)s") % {"types": types} if types else gettext("for every visit")]
    practitioners = _listed(rule.practitioners, names.practitioners)
    if practitioners:
        said.append(gettext("with %(practitioners)s") % {"practitioners": practitioners})
    places = _listed(rule.places, names.places)
    if places:
        said.append(gettext("at %(places)s") % {"places": places})
    return said


def _listed(ids: Collection[UUID], names: Mapping[UUID, str]) -> str:
    known = sorted(names.get(i, gettext("one that is gone")) for i in ids)
    return gettext(" or ").join(known)
