"""What the planner makes of a change that is hushed, told after all, undone, or of a place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from carepost.appointments import booking
from carepost.ground import ids
from carepost.messaging.models import Message, Rule
from carepost.practice import changes
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_line, make_practice
from tests.messaging.engine import Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from carepost.appointments.models import Appointment
    from carepost.config.database import Database

TEN = datetime(2026, 3, 9, 14, tzinfo=UTC)
GRACE = timedelta(minutes=3)


@pytest.fixture
async def engine(clean_database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


@sync_to_async
def a_visit_not_told_of(**given: Any) -> Appointment:
    """A visit of a practice that gives notice of changes; nobody is told of its booking."""
    practice = make_practice(messaging_enabled=True)
    make_line(practice)
    with acting_for(practice.id):
        Rule.objects.create(
            id=ids.fresh(), practice_id=practice.id, since=NOW - GRACE, when="change",
            kind="appointment_notice", seconds=GRACE.seconds,
        )  # fmt: skip
        changes.touch_practice(practice.id)
    return make_appointment(practice, at=TEN, tell=False, **given)


@sync_to_async
def do(what: Any, visit: Appointment, **given: Any) -> None:
    what(visit.practice_id, visit.id, SYSTEM, **given)


def decide(practice_id: Any, visit_id: Any, actor: Any, *, by: Any) -> None:
    by(practice_id, visit_id, 1, actor)


@sync_to_async
def waiting(visit: Appointment) -> list[str]:
    with acting_for(visit.practice_id):
        found = Message.objects.filter(status__in=["planned", "held"])
        return list(found.values_list("what", flat=True))


async def test_a_hushed_change_is_not_told_until_it_is_to_be_told_after_all(
    engine: Engine,
) -> None:
    visit = await a_visit_not_told_of()
    await do(booking.move, visit, starts_at=TEN + timedelta(hours=1), now=NOW)
    await engine.plan()
    assert await waiting(visit) == ["moved"]

    await do(decide, visit, by=booking.hush)
    engine.now += 2 * GRACE
    assert await engine.deliver() == []
    assert await waiting(visit) == []

    await do(decide, visit, by=booking.tell_anyway)
    (letter,) = await engine.deliver()
    assert "11:00" in letter.text


async def test_a_cancelling_undone_before_its_notice_left_is_told_to_nobody(
    engine: Engine,
) -> None:
    visit = await a_visit_not_told_of()
    await do(booking.cancel, visit, now=NOW)
    await engine.plan()
    assert await waiting(visit) == ["cancelled"]
    await do(booking.reopen, visit, now=NOW + timedelta(seconds=8))
    engine.now += 2 * GRACE
    assert await engine.deliver() == []


async def test_a_cancelling_that_was_told_is_followed_by_the_booking_anew(engine: Engine) -> None:
    visit = await a_visit_not_told_of()
    await do(booking.cancel, visit, now=NOW)
    engine.now += GRACE
    assert len(await engine.deliver()) == 1
    await do(booking.reopen, visit, now=engine.now)
    await engine.plan()
    assert await waiting(visit) == ["booked"]


async def test_another_place_is_told_and_another_practitioner_is_not(engine: Engine) -> None:
    visit = await a_visit_not_told_of(place="Main Street")
    await do(booking.change, visit, practitioner="Dr Ray", now=NOW)
    await engine.plan()
    assert await waiting(visit) == []
    await do(booking.change, visit, place="Harbour Street", now=NOW)
    await engine.plan()
    assert await waiting(visit) == ["moved"]
    await do(booking.change, visit, place="Main Street", now=NOW)
    await engine.plan()
    assert await waiting(visit) == []
