"""Changes to people's facts, drawn by Hypothesis: each beside the facts had it been carried out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st

from carepost.messaging.facts import Person, TemplateFacts
from carepost.messaging.rehearsal.amendment import Amendment
from tests.planner.people import QUIETS, SPOKEN, ZONES, people

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.messaging.outbound.reconcile import Waiting

TEMPLATE = UUID(int=77)


class Proposed(NamedTuple):
    """A person as they are, a proposal, and the person had it been carried out."""

    person: Person
    amendment: Amendment
    then: Person
    now: datetime


@st.composite
def proposals(draw: st.DrawFn) -> Proposed:
    """Any sort of proposal, at some moment about a person's visits."""
    person, other = draw(people()), draw(people())
    day = max((v.starts_at for v in person.visits), default=_day(other))
    now = day - timedelta(hours=draw(st.sampled_from([-30, 0, 1, 12, 30, 80, 200])))
    sort = draw(st.sampled_from(["new", "changed", "removed", "template", "settings"]))
    if sort == "new" and other.rules:
        rule = replace(other.rules[0], since=now)
        amendment = Amendment(rule_id=rule.id, rule=rule, is_new=True)
        then = replace(person, rules=(*person.rules, rule))
    elif sort == "changed" and person.rules and other.rules:
        old = person.rules[0]
        rule = replace(other.rules[0], id=old.id, kind=old.kind, when=old.when, since=now)
        amendment = Amendment(rule_id=old.id, rule=rule)
        then = replace(person, rules=(rule, *person.rules[1:]))
    elif sort == "removed" and person.rules:
        amendment = Amendment(rule_id=person.rules[-1].id)
        then = replace(person, rules=person.rules[:-1])
    elif sort == "template":
        of = draw(st.sampled_from([None, *(rule.id for rule in person.rules)]))
        template = TemplateFacts(TEMPLATE, of, "appointment_reminder", "", "", "en", 9)
        old_one = replace(template, id=UUID(int=76), version=8)
        person = replace(person, templates=(old_one,))
        amendment = Amendment(template=template)
        then = replace(person, templates=(template,))
    else:
        settings = draw(_settings())
        amendment = Amendment(settings=settings)
        then = replace(person, practice=replace(person.practice, **settings))
    return Proposed(person, amendment, then, now)


def _day(other: Person) -> datetime:
    return max((v.starts_at for v in other.visits), default=SPOKEN)


@st.composite
def _settings(draw: st.DrawFn) -> dict[str, Any]:
    every: dict[str, st.SearchStrategy[Any]] = {
        "messaging_enabled": st.booleans(),
        "opt_in_required": st.booleans(),
        "quiet": st.sampled_from(QUIETS),
        "timezone": st.sampled_from(ZONES),
    }
    names = draw(st.lists(st.sampled_from(sorted(every)), min_size=1, unique=True))
    return {name: draw(every[name]) for name in names}


@st.composite
def outboxes(draw: st.DrawFn, planned: list[Waiting]) -> list[Waiting]:
    """An outbox as it was planned once, with some of what the gates may have said since."""
    said = draw(st.sampled_from(["", "", "messaging_off", "no_consent"]))
    kept = draw(st.lists(st.sampled_from(planned), unique_by=lambda w: w.id)) if planned else []
    return [replace(w, status="held", hold=said) if said and not w.hold else w for w in kept]
