"""The story of a message in sentences, as the engine leaves it."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import TYPE_CHECKING

from carepost.messaging import outbox, why
from carepost.messaging.carrier import Answer, Blame, Outcome
from carepost.messaging.models import Receipt
from carepost.practice import settings
from carepost.practice.audit import SYSTEM, Actor
from carepost.practice.tenancy import acting_for
from tests.messaging.outbox.desk import Desk, off_thread, planned_desk

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.messaging.engine import Engine

DAY = timedelta(days=1)
RAW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|\bNone\b|_|UTC|\+00:00")


def story(desk: Desk, now: datetime, message_id: UUID | None = None) -> why.Story:
    with acting_for(desk.practice.id):
        return why.story(desk.practice.id, message_id or desk.messages()[-1].id, now)


def told(found: why.Story) -> list[str]:
    """Its sentences; none of them shows an id, a code name, a UTC time or "None"."""
    sentences = [f"{line.sentence} {line.detail}".rstrip() for line in found.lines]
    assert not [each for each in sentences if RAW.search(each)]
    return sentences


async def test_a_planned_message_says_which_rule_made_it_and_when_it_leaves(
    engine: Engine,
) -> None:
    desk = await planned_desk(engine)
    found = await off_thread(story)(desk, engine.now)
    assert told(found) == [
        "A rule planned it: Assigned method, 1 day before, for every visit."
        " For Ann: Check-up, Mon 9 Mar 11:00 AM.",
        "It leaves by SMS: Sun 8 Mar 11:00 AM.",
    ]
    assert found.mend == why.Mend("send_now")
    assert found.reason == ""


async def test_a_message_that_arrived_tells_of_gates_carrier_and_receipt(engine: Engine) -> None:
    desk = await planned_desk(engine)
    engine.now = desk.visit.starts_at - DAY
    await engine.deliver()
    await off_thread(_delivered)(desk, engine.now + timedelta(minutes=1))
    from carepost.messaging.inbound import receipts

    await receipts.step(engine.db, engine.now + timedelta(minutes=1), engine.chance)
    found = await off_thread(story)(desk, engine.now + timedelta(minutes=2))
    sentences = told(found)
    assert sentences[1].startswith("Nothing stood against it, so it left. It was still in time.")
    assert "Consent was in order." in sentences[1]
    assert sentences[2:] == ["The carrier took it.", "The carrier said that it arrived."]
    assert [line.kind for line in found.lines] == ["made", "gates", "attempt", "receipt"]
    assert found.mend is None


def _delivered(desk: Desk, at: datetime) -> None:
    (attempt,) = desk.attempts()
    with acting_for(desk.practice.id):
        Receipt.objects.create(
            practice_id=desk.practice.id, attempt=attempt, at=at, event="delivered"
        )


async def test_a_night_is_told_on_the_persons_clocks_also_after_it_was_sent(
    engine: Engine,
) -> None:
    desk = await planned_desk(engine, quiet_hours=(time(21), time(8)))
    message = await off_thread(desk.message)()
    night = desk.visit.starts_at - timedelta(hours=12, minutes=50)  # 10:10 PM in New York
    await off_thread(outbox.move)(desk.practice.id, message.id, desk.actor, night, engine.now)
    engine.now = night
    assert await engine.deliver() == []
    held = "Held from 10:10 PM to 8:00 AM: outside Ann's hours."
    assert held in told(await off_thread(story)(desk, engine.now))

    engine.advance(hours=10)
    assert len(await engine.deliver()) == 1
    found = told(await off_thread(story)(desk, engine.now))
    assert held in found
    assert found.index(held) < found.index("The carrier took it.")


async def test_a_refusal_says_what_the_carrier_said_and_what_mends_it(engine: Engine) -> None:
    desk = await planned_desk(engine)
    engine.now = desk.visit.starts_at - DAY
    words = "This number is not in use. Check it with the client."
    engine.carrier.answers = [
        Answer(Outcome.REFUSED, code="30005", words=words, blame=Blame.ADDRESS)
    ]
    await engine.deliver()
    found = await off_thread(story)(desk, engine.now)
    assert f"The carrier refused it. {words} (code 30005)" in told(found)
    assert found.reason == words
    assert found.mend == why.Mend("correct_address")


async def test_a_planned_message_that_would_be_held_says_so_now(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await off_thread(settings.change)(desk.practice.id, SYSTEM, messaging_enabled=False)
    found = await off_thread(story)(desk, engine.now)
    assert told(found)[-1].startswith("As things stand it will not leave. Messaging is switched")
    assert found.mend == why.Mend("switch_on")
    assert found.mend.label == "Switch messaging on"


async def test_deeds_are_told_with_names_of_members_and_programs(engine: Engine) -> None:
    desk = await planned_desk(engine)
    message = await off_thread(desk.message)()
    ours = (desk.practice.id, message.id)
    await off_thread(outbox.edit_words)(*ours, desk.actor, body="Come by.")
    await off_thread(outbox.move)(*ours, desk.actor, engine.now + DAY, engine.now)
    await off_thread(outbox.cancel)(*ours, await off_thread(_token)(desk), engine.now)
    found = await off_thread(story)(desk, engine.now)
    sentences = told(found)
    assert "Rosa Diaz changed its words." in sentences
    assert "Rosa Diaz chose when it leaves: Tomorrow 10:00 AM." in sentences
    assert "A program (Reception screen) called it off." in sentences
    assert "It was not sent. A member of staff cancelled it." in sentences
    assert found.mend == why.Mend("restore")
    assert found.trace


def _token(desk: Desk) -> Actor:
    from carepost.practice import tokens

    made, _ = tokens.issue(desk.practice.id, desk.member.id, "Reception screen", ["*"], SYSTEM)
    return Actor("token", made.id)


async def test_another_way_is_told_on_both_sides(engine: Engine) -> None:
    desk = await planned_desk(engine)
    old = await off_thread(desk.message)()
    new = await off_thread(outbox.retry_by)(
        desk.practice.id, old.id, "email", desk.actor, engine.now
    )
    of_old = told(await off_thread(story)(desk, engine.now, old.id))
    of_new = told(await off_thread(story)(desk, engine.now, new.id))
    assert "Rosa Diaz sent it by another method instead: Email." in of_old
    assert of_new[0].startswith(
        "Rosa Diaz sent it in place of a message by another method: SMS. For Ann: Check-up"
    )


async def test_a_story_costs_six_statements(engine: Engine) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk = await planned_desk(engine)

    def counted() -> int:
        with acting_for(desk.practice.id), CaptureQueriesContext(connection) as queries:
            why.story(desk.practice.id, desk.messages()[-1].id, engine.now)
        return len(queries)

    # `desk.messages` begins a savepoint of its own: three statements and its query.
    assert await off_thread(counted)() <= 12
