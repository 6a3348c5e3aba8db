"""What the planner wants, the gates let pass by the same facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from hypothesis import given

from carepost.appointments import booking
from carepost.messaging.kinds import KINDS
from carepost.messaging.kinds.appointment_reminder import NAME as REMINDER
from carepost.messaging.kinds.kind import RuleNow, VisitNow
from carepost.messaging.outbound.wanted import wanted
from carepost.practice.audit import SYSTEM
from tests.builders import NOW, make_appointment
from tests.messaging.engine import Engine
from tests.messaging.outbound.test_engine import make_rule, messages, ready_practice
from tests.planner.people import people

if TYPE_CHECKING:
    from carepost.config.database import Database
    from carepost.messaging.facts import Person, RuleFacts, Visit

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Before any visit: time itself stops nothing here."""


def _stopped(rule: RuleFacts, what: str, kind: str, visit: Visit) -> str:
    """Why the gate stops a message about a visit as it is; empty: it does not."""
    now = VisitNow(visit.id, visit.sequence, visit.sequence, visit.status, visit.starts_at)
    return KINDS[kind].still_true(what, now, RuleNow(rule.when, rule.skip_if_confirmed), LONG_AGO)


@given(people())
def test_the_gates_let_pass_what_the_planner_wants(person: Person) -> None:
    rules = {rule.id: rule for rule in person.rules}
    visits = {visit.id: visit for visit in person.visits}
    for want in wanted(person):
        for visit, _ in want.about:
            assert _stopped(rules[want.rule_id], want.what, want.kind, visits[visit]) == ""


@pytest.mark.parametrize(
    ("when", "skip", "status", "code"),
    [
        ("before", True, "confirmed", "confirmed"),
        ("before", True, "booked", ""),
        ("before", False, "confirmed", ""),
        ("before", False, "done", "visit_past"),
        ("before", False, "cancelled", "visit_cancelled"),
        ("after", True, "confirmed", ""),
        ("after", True, "done", ""),
        ("after", False, "cancelled", "visit_cancelled"),
        ("after", False, "no_show", "visit_cancelled"),
    ],
)
def test_who_has_confirmed_is_left_out_before_the_visit_alone(
    when: str, skip: bool, status: str, code: str
) -> None:
    visit = VisitNow(uuid4(), 0, 0, status, NOW)
    assert KINDS[REMINDER].still_true("", visit, RuleNow(when, skip), NOW) == code


@pytest.fixture
async def engine(clean_database: Database) -> Any:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


async def test_who_confirmed_is_written_to_after_the_visit_and_not_before(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    visit = await sync_to_async(make_appointment)(practice)
    for when in ("before", "after"):
        await sync_to_async(make_rule)(practice, when=when, skip_if_confirmed=True)
    await engine.plan()
    # Confirmed, and not yet planned again: the gates see it.
    await sync_to_async(booking.confirm)(practice.id, visit.id, SYSTEM, now=NOW)

    engine.now = visit.starts_at - timedelta(days=1)
    assert await engine.arm() == []
    engine.now = visit.starts_at + timedelta(days=1)
    assert len(await engine.arm()) == 1

    before, after = await sync_to_async(messages)(practice)
    assert (before.status, before.drop) == ("dropped", "confirmed")
    assert after.status == "sending"
