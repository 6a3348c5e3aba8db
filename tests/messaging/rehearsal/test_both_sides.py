"""What is rehearsed is what would be planned: properties over plain facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from carepost.messaging.hours import is_quiet
from carepost.messaging.outbound.plan import LATEST
from carepost.messaging.outbound.plan_facts import Case
from carepost.messaging.outbound.wanted import wanted
from carepost.messaging.rehearsal.affected import Going, Side, affected, change_of, paired
from carepost.messaging.rehearsal.amendment import Amendment
from carepost.messaging.rehearsal.fate import Foreseeing
from carepost.messaging.rehearsal.outbox import both
from tests.messaging.rehearsal.proposals import Proposed, outboxes, proposals
from tests.planner.people import SPOKEN, people
from tests.planner.test_fixed_point import plan

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.reconcile import Waiting
    from carepost.messaging.rehearsal.outbox import Planned

WORDS = ("en", "", "See you")
BEFORE_THE_SWITCH = ("too_late", "visit_past", "visit_cancelled", "confirmed")
"""What the gates find before they ask whether messaging is on."""


def _facts(message: Planned | Waiting) -> tuple[object, ...]:
    return (
        message.kind, message.what, message.rule_id, message.step, message.channel,
        message.point_id, message.address, message.line_id, message.template_id, message.status,
        message.hold, message.due_at, message.expires_at, message.about,
    )  # fmt: skip


def _rows(messages: list[Planned] | list[Waiting]) -> list[tuple[object, ...]]:
    return sorted((_facts(m) for m in messages), key=str)


def _planned(person: Person, waiting: list[Waiting], now: datetime) -> list[Waiting]:
    """What planning leaves, but for what it would not write because it ended long ago."""
    waits = {w.id for w in waiting}
    return [w for w in plan(person, waiting) if w.id in waits or w.expires_at > now - LATEST]


@given(proposals(), st.data())
def test_the_rehearsed_outbox_is_the_one_that_planning_leaves(
    proposed: Proposed, data: st.DataObject
) -> None:
    person, amendment, then, now = proposed
    waiting = data.draw(outboxes(plan(person, [])))

    assert amendment.of(person) == replace(then, rules=amendment.of(person).rules)
    assert set(amendment.of(person).rules) == set(then.rules)
    without, with_ = both(Case(person, waiting), amendment.of(person), amendment, now)

    assert _rows(without) == _rows(_planned(person, waiting, now))
    assert _rows(with_) == _rows(_planned(then, waiting, now))


@given(proposals())
def test_what_only_the_gates_ask_for_changes_no_wish(proposed: Proposed) -> None:
    if not proposed.amendment.plans_anew:
        assert wanted(proposed.then) == wanted(proposed.person)


@given(proposals(), st.booleans(), st.data())
def test_of_a_person_who_was_planned_for_the_half_need_not_be_asked(
    proposed: Proposed, whole: bool, data: st.DataObject
) -> None:
    person, amendment, then, now = proposed
    waiting = data.draw(outboxes(plan(person, [])))
    settled = [w for w in plan(person, waiting) if whole or w.expires_at > now - LATEST]
    if plan(person, settled) != settled:
        return  # something was left out that ended long ago

    quick = both(Case(person, settled), then, amendment, now, settled=True)

    for one, other in zip(quick, both(Case(person, settled), then, amendment, now), strict=True):
        assert _rows(one) == _rows(other)


def _pairs(proposed: Proposed) -> list[tuple[Side | None, Side | None]]:
    person, amendment, then, now = proposed

    def side(whose: Person, row: Planned | None) -> Side | None:
        return row and Side(row, Foreseeing(whose, {}).fate(row, now), WORDS)

    without, with_ = both(Case(person, []), then, amendment, now)
    return [(side(person, b), side(then, a)) for b, a in paired(without, with_)]


@given(people())
def test_a_proposal_that_changes_nothing_touches_nobody(person: Person) -> None:
    amendment = Amendment(settings={"quiet": person.practice.quiet})
    pairs = _pairs(Proposed(person, amendment, person, SPOKEN))

    assert len(pairs) == len(wanted(person))
    assert [change_of(b, a) for b, a in pairs] == [""] * len(pairs)


@given(proposals())
def test_what_goes_with_it_is_what_goes_without_it_but_for_what_is_told(proposed: Proposed) -> None:
    pairs = _pairs(proposed)
    told = [
        affected(proposed.person, proposed.amendment, change, b, a)
        for b, a in pairs
        if (change := change_of(b, a))
    ]

    def goes(going: Going | None) -> int:
        return going is not None and not going.code

    before = sum(b.goes for b, _ in pairs if b)
    after = sum(a.goes for _, a in pairs if a)
    assert after - before == sum(goes(f.after) - goes(f.before) for f in told)
    assert all(f.sentence for f in told)
    assert len(told) == len({f.key for f in told})


@given(proposals())
def test_what_goes_goes_within_hours_and_in_time(proposed: Proposed) -> None:
    then = proposed.then
    for _, side in _pairs(proposed):
        if side is not None and side.goes:
            assert not is_quiet(side.fate.at, then.practice.quiet, then.zone)
            assert max(side.planned.due_at, proposed.now) <= side.fate.at < side.planned.expires_at


@given(proposals())
def test_nothing_goes_while_messaging_is_off_or_where_it_was_stopped(proposed: Proposed) -> None:
    person, now = proposed.then, proposed.now
    for row in both(Case(person, []), person, Amendment(), now)[0]:
        stops = {(row.channel, row.address): [()]}
        code = Foreseeing(person, stops).fate(row, now).code
        assert code
        if row.status == "planned" and code not in BEFORE_THE_SWITCH:
            assert code == ("stopped" if person.practice.messaging_enabled else "messaging_off")
