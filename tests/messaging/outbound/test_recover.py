"""What recovery makes of attempts that a dead worker left open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async

from carepost.ground import ids
from carepost.messaging.carrier import ReceiptEvent, Sighting
from carepost.messaging.inbound import receipts
from carepost.messaging.models import Attempt, InFlight, Message, Receipt, Rule
from carepost.messaging.outbound import recover
from carepost.practice import changes
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_line, make_practice
from tests.messaging.engine import LOOK_WAIT, Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from uuid import UUID

    from carepost.config.database import Database
    from carepost.practice.models import Practice

DUE = NOW + timedelta(days=6)


@pytest.fixture
async def engine(clean_database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


def practice_with_a_reminder_due() -> Practice:
    practice = make_practice(quiet_hours=None)
    make_line(practice)
    from carepost.practice import settings
    from carepost.practice.audit import SYSTEM

    settings.change(practice.id, SYSTEM, messaging_enabled=True)
    make_appointment(practice, make_client(practice, email=None), at=DUE + timedelta(days=1))
    with acting_for(practice.id):
        Rule.objects.create(
            id=ids.fresh(), practice_id=practice.id, kind="appointment_reminder", when="before",
            days=1, since=NOW - timedelta(days=30),
        )  # fmt: skip
        changes.touch_practice(practice.id)
    return practice


def hear(practice: Practice, attempt_id: UUID, event: ReceiptEvent) -> None:
    with acting_for(practice.id):
        Receipt.objects.create(
            practice_id=practice.id, attempt_id=attempt_id, event=event, carrier_ref="SM1"
        )


def state(practice: Practice) -> tuple[str, str, str, str, int]:
    """Status and reference of the one message, outcome and reference of its attempt, flights."""
    with acting_for(practice.id):
        message, attempt = Message.objects.get(), Attempt.objects.get()
        return (
            message.status,
            message.carrier_ref,
            attempt.outcome,
            attempt.carrier_ref,
            InFlight.objects.count(),
        )


@pytest.mark.parametrize(
    ("event", "status"), [(ReceiptEvent.TAKEN, "sent"), (ReceiptEvent.DELIVERED, "delivered")]
)
async def test_a_text_whose_receipt_came_after_its_worker_died_is_not_sent_again(
    engine: Engine, event: ReceiptEvent, status: str
) -> None:
    practice = await sync_to_async(practice_with_a_reminder_due)()
    await engine.plan()
    engine.now = DUE
    (armed,) = await engine.arm()
    await engine.carrier.hand_over(armed.account, armed.letter, engine.now)
    engine.carrier.listed = [Sighting("SM1", event)]
    # The worker dies here. The carrier calls back while the lease still runs.
    await sync_to_async(hear)(practice, armed.letter.attempt_id, event)
    await receipts.step(engine.db, engine.now, engine.chance)

    engine.advance(minutes=2)
    for _ in range(4):
        await engine.recover()
        engine.now += LOOK_WAIT
        assert await engine.deliver() == []

    assert await sync_to_async(state)(practice) == (status, "SM1", "accepted", "SM1", 0)


def practice_with_many_due(count: int) -> Practice:
    practice = practice_with_a_reminder_due()
    for _ in range(count - 1):
        make_appointment(practice, make_client(practice, email=None), at=DUE + timedelta(days=1))
    return practice


async def test_a_step_looks_into_few_doubts_and_leaves_the_rest_to_others(engine: Engine) -> None:
    count = 2 * recover.LOOKS_A_STEP
    practice = await sync_to_async(practice_with_many_due)(count)
    await engine.plan()
    engine.now = DUE
    assert len(await engine.arm()) == count  # and the worker dies
    engine.advance(minutes=2)
    await engine.recover()
    engine.now += LOOK_WAIT
    engine.carrier.cannot_be_asked = True

    await engine.recover()
    looked = await sync_to_async(still_due)(practice, engine.now)
    await engine.recover()

    assert looked == recover.LOOKS_A_STEP
    assert await sync_to_async(still_due)(practice, engine.now) == 0


def still_due(practice: Practice, now: datetime) -> int:
    with acting_for(practice.id):
        return InFlight.objects.filter(look_at__lte=now).count()
