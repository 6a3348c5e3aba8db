"""The planner is a fixed point: what it wrote, it would write again, in any order of facts."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from carepost.messaging.outbound.reconcile import Differences, Waiting, differences
from carepost.messaging.outbound.wanted import Wanted, wanted
from tests.planner.people import people

if TYPE_CHECKING:
    import random

    from carepost.messaging.facts import Person

_ids = count(1)


def _waiting(want: Wanted, status: str, hold: str, old: Waiting | None = None) -> Waiting:
    return Waiting(
        id=old.id if old else UUID(int=next(_ids)),
        status=status,
        hold=hold,
        kind=want.kind,
        what=want.what,
        rule_id=want.rule_id,
        step=want.step,
        channel=want.channel,
        point_id=want.point_id,
        address=want.address,
        line_id=want.line_id,
        lane_id=want.lane_id,
        template_id=want.template_id,
        due_at=want.due_at,
        expires_at=want.expires_at,
        time_set=old.time_set if old else False,
        tries=old.tries if old else 0,
        asked_at=old.asked_at if old else None,
        about=want.about,
    )


def apply(found: Differences, waiting: list[Waiting]) -> list[Waiting]:
    """An outbox in memory after the differences were written to it."""
    kept = {w.id: w for w in waiting}
    for drop in found.drop:
        del kept[drop.id]
    for update in found.update:
        new = _waiting(update.wanted, update.status, update.hold, kept[update.id])
        kept[update.id] = replace(new, due_at=update.due_at)
    made = [_waiting(want, "held" if want.hold else "planned", want.hold) for want in found.insert]
    return [*kept.values(), *made]


def plan(person: Person, waiting: list[Waiting]) -> list[Waiting]:
    return apply(differences(person, wanted(person), waiting), waiting)


@given(people())
def test_planning_again_changes_nothing(person: Person) -> None:
    outbox = plan(person, [])

    assert not differences(person, wanted(person), outbox)


@given(people(), people(), st.sampled_from(["", "messaging_off", "no_consent", "retrying"]))
def test_after_any_change_of_facts_one_planning_suffices(
    before: Person, after: Person, said: str
) -> None:
    outbox = plan(before, [])
    if said:  # the gates, or a carrier, answered meanwhile
        status = "planned" if said == "retrying" else "held"
        outbox = [replace(w, status=status, hold=said) if not w.hold else w for w in outbox]
    after = replace(after, visits=before.visits, rules=(*before.rules[1:], *after.rules))

    outbox = plan(after, outbox)

    assert not differences(after, wanted(after), outbox)


@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(person: Person, chance: random.Random) -> None:
    def shuffled(things: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(things, len(things)))

    other = replace(
        person,
        visits=shuffled(person.visits),
        rules=shuffled(person.rules),
        lines=shuffled(person.lines),
        consents=shuffled(person.consents),
        client=replace(person.client, points=shuffled(person.client.points)),
    )

    assert wanted(other) == wanted(person)


@given(people())
def test_the_outbox_never_holds_two_messages_about_the_same(person: Person) -> None:
    outbox = plan(person, plan(person, []))

    about = [(w.rule_id, w.step, v, s) for w in outbox for v, s in w.about]
    assert len(about) == len(set(about))
    assert not {(r, v, s) for r, _, v, s in about} & {
        (t.rule_id, t.visit_id, t.sequence) for t in person.told
    }
