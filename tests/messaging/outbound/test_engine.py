"""From a calendar to a carrier, one step at a time, on a real PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from carepost.appointments import archiving, booking
from carepost.ground import ids
from carepost.messaging.carrier import Answer, Outcome, ReceiptEvent, Sighting
from carepost.messaging.models import Message, Rule
from carepost.people import register
from carepost.practice import changes
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_line, make_practice
from tests.messaging.engine import LOOK_WAIT, Engine

if TYPE_CHECKING:
    from carepost.config.database import Database
    from carepost.practice.models import Practice


def make_rule(practice: Practice, **fields: Any) -> Rule:
    values = {"kind": "appointment_reminder", "when": "before", "days": 1} | fields
    with acting_for(practice.id):
        rule = Rule.objects.create(
            id=ids.fresh(), practice_id=practice.id, since=NOW - timedelta(days=30), **values
        )
        changes.touch_practice(practice.id)
    return rule


def messages(practice: Practice) -> list[Message]:
    with acting_for(practice.id):
        return list(Message.objects.order_by("due_at", "id"))


def ready_practice(**settings: Any) -> Practice:
    practice = make_practice(**settings)
    make_line(practice)
    make_line(practice, "email")
    from carepost.practice import settings as practice_settings

    practice_settings.change(practice.id, SYSTEM, messaging_enabled=True)
    return practice


@pytest.fixture
async def engine(clean_database: Database) -> Any:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


async def test_a_visit_is_reminded_of_once_at_its_time(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)()
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)

    assert await engine.deliver() == []
    (planned,) = await sync_to_async(messages)(practice)
    assert (planned.status, planned.hold) == ("planned", "")
    # The day before at the same wall time: the clocks go forward between the two.
    assert planned.due_at == visit.starts_at - timedelta(days=1)

    engine.now = planned.due_at
    (letter,) = await engine.deliver()
    assert "Northside Family Care" in letter.text
    engine.advance(hours=2)
    assert await engine.deliver() == []
    (sent,) = await sync_to_async(messages)(practice)
    assert (sent.status, sent.carrier_ref) == ("sent", "SM1")


async def test_planning_again_changes_nothing(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)()
    await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    before = await sync_to_async(messages)(practice)

    await sync_to_async(_touch)(practice)
    await engine.plan()

    after = await sync_to_async(messages)(practice)
    assert [m.__dict__ | {"_state": None} for m in after] == [
        m.__dict__ | {"_state": None} for m in before
    ]


def _touch(practice: Practice) -> None:
    with acting_for(practice.id):
        changes.touch_practice(practice.id)


async def test_a_cancelled_visit_is_not_reminded_of(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)()
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    engine.now = visit.starts_at - timedelta(days=1)

    # Cancelled, and not yet planned again: the gate sees it.
    await sync_to_async(booking.cancel)(practice.id, visit.id, SYSTEM, now=engine.now)
    assert await engine.arm() == []

    (dropped,) = await sync_to_async(messages)(practice)
    assert (dropped.status, dropped.drop) == ("dropped", "visit_cancelled")


async def test_a_moved_visit_is_reminded_of_at_its_new_time_only(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)()
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    later = visit.starts_at + timedelta(days=2)

    await sync_to_async(booking.move)(practice.id, visit.id, SYSTEM, starts_at=later, now=NOW)
    await engine.plan()

    old, new = await sync_to_async(messages)(practice)
    assert (old.status, old.drop) == ("dropped", "visit_moved")
    assert (new.status, new.due_at) == ("planned", later - timedelta(days=1))


async def test_an_archived_client_hears_nothing_until_restored(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)()
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice, when="after")
    await engine.plan()
    engine.now = visit.starts_at + timedelta(days=1, hours=1)

    await sync_to_async(archiving.archive)(practice.id, visit.client_id, SYSTEM, engine.now)
    assert await engine.deliver() == []
    (held,) = await sync_to_async(messages)(practice)
    assert (held.status, held.hold) == ("held", "archived")

    await sync_to_async(register.restore_client)(practice.id, visit.client_id, SYSTEM)
    assert len(await engine.deliver()) == 1


async def test_an_archived_client_still_hears_that_a_visit_was_cancelled(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)()
    await sync_to_async(make_rule)(practice, kind="appointment_notice", when="change", days=0)
    visit = await sync_to_async(make_appointment)(practice)
    assert len(await engine.deliver()) == 1
    engine.advance(hours=1)
    await sync_to_async(booking.cancel)(practice.id, visit.id, SYSTEM, now=engine.now)
    await sync_to_async(archiving.archive)(practice.id, visit.client_id, SYSTEM, engine.now)
    assert len(await engine.deliver()) == 1


async def test_an_uncertain_text_is_looked_up_and_never_sent_twice(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    engine.now = visit.starts_at - timedelta(days=1)
    engine.carrier.answers = [Answer(Outcome.UNCERTAIN)]
    await engine.deliver()
    (doubt,) = await sync_to_async(messages)(practice)
    assert doubt.status == "uncertain"

    engine.now += LOOK_WAIT
    engine.carrier.listed = [Sighting("SM77", ReceiptEvent.TAKEN)]
    await engine.recover()

    (sent,) = await sync_to_async(messages)(practice)
    assert (sent.status, sent.carrier_ref) == ("sent", "SM77")
    assert engine.carrier.taken == []


async def test_a_text_found_in_neither_of_two_looks_is_sent_again(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    engine.now = visit.starts_at - timedelta(days=1)
    engine.carrier.answers = [Answer(Outcome.UNCERTAIN)]
    await engine.deliver()
    for _ in range(2):
        engine.now += LOOK_WAIT
        await engine.recover()
    engine.advance(seconds=10)

    assert len(await engine.deliver()) == 1


async def test_a_lease_that_ran_out_leaves_a_text_uncertain(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    visit = await sync_to_async(make_appointment)(practice)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    engine.now = visit.starts_at - timedelta(days=1)
    assert len(await engine.arm()) == 1  # and the worker dies

    engine.advance(minutes=2)
    await engine.recover()

    (doubt,) = await sync_to_async(messages)(practice)
    assert doubt.status == "uncertain"


async def test_two_due_texts_to_one_number_go_one_after_the_other(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    at = NOW + timedelta(days=7)
    for first_name in ("Ann", "Bob"):
        client = await sync_to_async(make_client)(practice, first_name, phone="+12025550199")
        await sync_to_async(make_appointment)(practice, client, at=at)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    engine.now = at - timedelta(days=1)

    first = await engine.arm()
    assert len(first) == 1
    assert await engine.arm() == []
    await engine.settle(await engine.send(first))
    second = await engine.arm()
    assert len(second) == 1
    assert second[0].message_id != first[0].message_id
