"""Who is planned for first: whose facts changed first, whatever made the row that says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from asgiref.sync import sync_to_async

from carepost.messaging.carrier import Answer, Blame, Outcome
from carepost.messaging.outbound import plan
from carepost.practice import changes
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_practice
from tests.messaging.engine import Engine
from tests.messaging.outbound.test_engine import make_rule, messages, ready_practice

if TYPE_CHECKING:
    from carepost.config.database import Database
    from carepost.practice.models import Practice

LAST, FIRST = UUID(int=2**128 - 1), UUID(int=1)


@pytest.fixture
async def engine(clean_database: Database) -> Any:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


def test_what_changed_first_is_given_first_though_its_id_sorts_last(
    clean_database: Database,
) -> None:
    practice = make_practice()
    with psycopg.connect(clean_database.admin) as db:
        db.execute("DELETE FROM practice_replan")
        for id_, at in ((FIRST, NOW), (LAST, NOW - timedelta(seconds=1))):
            db.execute(
                "INSERT INTO practice_replan (id, practice_id, subject_kind, subject_id,"
                " touched_at) VALUES (%s, %s, 'client', %s, %s)",
                [id_, practice.id, practice.id, at],
            )
        found = db.execute("SELECT replan_id FROM door_replan(1)").fetchall()
        assert found == [(LAST,)]
        found = db.execute("SELECT replan_id FROM door_replan(2)").fetchall()
        assert found == [(LAST,), (FIRST,)]


async def test_who_waits_is_not_passed_by_those_who_change_later(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, clean_database: Database
) -> None:
    practice = await sync_to_async(ready_practice)()
    await sync_to_async(make_appointment)(practice, await sync_to_async(make_client)(practice))
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    (waiting,) = await sync_to_async(messages)(practice)
    await _touched_by_sql(clean_database, waiting.client_id, NOW - timedelta(minutes=1))
    await _move_the_rule(clean_database, practice)
    monkeypatch.setattr(plan, "BATCH", 3)

    # Others change as fast as they are planned for.
    others = [await sync_to_async(make_client)(practice) for _ in range(3)]
    for _ in range(2):
        await sync_to_async(_touch)(practice, [client.id for client in others])
        await plan.step(engine.db, engine.now, engine.chance)

    (planned,) = await sync_to_async(messages)(practice)
    assert planned.due_at < waiting.due_at - timedelta(hours=22)


async def test_a_change_of_all_reaches_each_person_by_ids_that_chance_gave(
    engine: Engine, clean_database: Database
) -> None:
    practice = await sync_to_async(ready_practice)()
    for _ in range(3):
        await sync_to_async(make_appointment)(practice)
    await engine.plan()
    made = []
    for _ in range(2):
        await sync_to_async(_touch_all)(practice)
        engine.chance.seed(7)
        await plan.step(engine.db, engine.now, engine.chance)
        made.append(await sync_to_async(_replans)(practice))
        await engine.plan()
    assert len(made[0]) == 3
    assert made[0] == made[1]
    assert {id_.version for id_, _ in made[0]} == {7}


async def test_whoever_has_an_address_that_is_refused_is_planned_for_again(
    engine: Engine, clean_database: Database
) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    at = NOW + timedelta(days=7)
    for name in ("Ann", "Bob"):
        client = await sync_to_async(make_client)(practice, name, phone="+12025550199")
        await sync_to_async(make_appointment)(practice, client, at=at)
    await sync_to_async(make_rule)(practice)
    await engine.plan()
    engine.now = at - timedelta(days=1)
    engine.carrier.answers = [Answer(Outcome.REFUSED, code="21211", blame=Blame.ADDRESS)]

    assert await engine.deliver() == []
    made = await sync_to_async(_replans)(practice)
    await engine.plan()

    assert len(made) == 2
    assert {id_.version for id_, _ in made} == {7}
    found = await sync_to_async(messages)(practice)
    assert sorted((m.status, m.hold) for m in found) == [("failed", ""), ("held", "bad_address")]


async def _touched_by_sql(database: Database, client: UUID, at: Any) -> None:
    async with await psycopg.AsyncConnection.connect(database.admin) as db:
        await db.execute(
            "INSERT INTO practice_replan (id, practice_id, subject_kind, subject_id, touched_at)"
            " SELECT %s, practice_id, 'client', id, %s FROM people_client WHERE id = %s",
            [LAST, at, client],
        )


async def _move_the_rule(database: Database, practice: Practice) -> None:
    async with await psycopg.AsyncConnection.connect(database.admin) as db:
        await db.execute("UPDATE messaging_rule SET days = 2 WHERE practice_id = %s", [practice.id])


def _touch(practice: Practice, clients: list[UUID]) -> None:
    with acting_for(practice.id):
        changes.touch_clients(practice.id, clients)


def _touch_all(practice: Practice) -> None:
    with acting_for(practice.id):
        changes.touch_practice(practice.id)


def _replans(practice: Practice) -> list[tuple[UUID, UUID]]:
    from carepost.practice.models import Replan

    with acting_for(practice.id):
        return list(Replan.objects.order_by("id").values_list("id", "subject_id"))
