"""What the simulation runs in sequence, here with real connections at the same time."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async

from carepost.appointments import booking
from carepost.messaging.carrier import Answer, Outcome
from carepost.messaging.outbound import arm, plan
from carepost.people import consent
from carepost.practice.audit import SYSTEM
from tests.builders import NOW, make_appointment, make_client
from tests.messaging.engine import Engine
from tests.messaging.outbound.test_engine import make_rule, messages, ready_practice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import psycopg

    from carepost.config.database import Database
    from carepost.practice.models import Practice

AT = NOW + timedelta(days=7)


@pytest.fixture
async def engine(clean_database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


def _due_texts(count: int) -> Practice:
    practice = ready_practice(quiet_hours=None)
    for n in range(count):
        client = make_client(practice, f"Ann{n}", phone="")
        make_appointment(practice, client, at=AT)
    make_rule(practice)
    return practice


async def test_a_stop_committed_before_the_facts_are_read_stops_the_text(
    engine: Engine, clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = await sync_to_async(_due_texts)(1)
    await engine.plan()
    (message,) = await sync_to_async(messages)(practice)
    engine.now = AT - timedelta(days=1)
    locked, stopped = asyncio.Event(), asyncio.Event()
    act_for = plan.act_for

    async def pause_between_lock_and_facts(db: psycopg.AsyncConnection, ids: list) -> None:
        locked.set()
        await stopped.wait()
        await act_for(db, ids)

    monkeypatch.setattr(arm, "act_for", pause_between_lock_and_facts)
    arming = asyncio.create_task(engine.arm())
    await locked.wait()
    await sync_to_async(consent.stop)(
        practice.id, SYSTEM, channel="sms", address=message.address, how="api"
    )
    stopped.set()

    assert await arming == []
    (dropped,) = await sync_to_async(messages)(practice)
    assert (dropped.status, dropped.drop) == ("dropped", "stopped")


async def test_two_workers_on_one_lane_share_it_without_overlap(
    engine: Engine, clean_database: Database
) -> None:
    practice = await sync_to_async(_due_texts)(20)
    await engine.plan()
    engine.now = AT - timedelta(days=1)
    other = await Engine.connect(clean_database, engine.now)

    async def all_of(worker: Engine) -> list:
        taken = []
        for _ in range(20):
            armed = await worker.arm(room=3)
            taken += [a.message_id for a in armed]
            await worker.settle(await worker.send(armed))
        return taken

    first, second = await asyncio.gather(all_of(engine), all_of(other))
    await other.db.close()

    assert len(first) + len(second) == 20
    assert not set(first) & set(second)
    assert {m.status for m in await sync_to_async(messages)(practice)} == {"sent"}


async def test_a_visit_booked_while_a_rule_is_planned_is_not_missed(
    engine: Engine, clean_database: Database
) -> None:
    practice = await sync_to_async(_due_texts)(3)
    other = await Engine.connect(clean_database, NOW)
    other.chance = random.Random(2)

    def book_more() -> None:
        for _ in range(5):
            make_appointment(practice, at=AT)

    await asyncio.gather(
        sync_to_async(book_more, thread_sensitive=False)(), _plan_some(engine), _plan_some(other)
    )
    await engine.plan()
    await other.db.close()

    planned = await sync_to_async(messages)(practice)
    assert len(planned) == 8
    assert len({m.client_id for m in planned}) == 8


async def _plan_some(engine: Engine) -> None:
    for _ in range(15):
        await engine.plan()
        await asyncio.sleep(0.02)


async def test_a_visit_moved_while_its_message_is_armed_is_told_of_again(
    engine: Engine, clean_database: Database
) -> None:
    practice = await sync_to_async(_due_texts)(1)
    await engine.plan()
    engine.now = AT - timedelta(days=1)
    armed = await engine.arm()
    (sending,) = await sync_to_async(messages)(practice)

    def move() -> None:
        from carepost.appointments.models import Appointment
        from carepost.practice.tenancy import acting_for

        with acting_for(practice.id):
            visit = Appointment.objects.get()
        booking.move(
            practice.id, visit.id, SYSTEM, starts_at=AT + timedelta(days=3), now=engine.now
        )

    await sync_to_async(move)()
    await engine.plan()
    engine.carrier.answers = [Answer(Outcome.ACCEPTED, ref="SM1")]
    await engine.settle(await engine.send(armed))

    sent, again = await sync_to_async(messages)(practice)
    assert (sent.id, sent.status) == (sending.id, "sent")
    assert (again.status, again.due_at) == ("planned", AT + timedelta(days=2))
