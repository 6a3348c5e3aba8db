"""What staff do about a message: moved, called off and back, tried again, decided on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carepost.appointments import booking
from carepost.messaging import outbox
from carepost.messaging.carrier import Answer, Blame, Outcome
from carepost.people import consent
from carepost.people.models import ContactPoint
from carepost.practice import changes, settings
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, Refused
from carepost.practice.tenancy import acting_for
from tests.messaging.outbox.desk import Desk, off_thread, planned_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from carepost.messaging.models import Message
    from tests.messaging.engine import Engine

DAY = timedelta(days=1)


async def do(act: Callable[..., Message], desk: Desk, now: datetime, *more: Any) -> Message:
    """Do it to the desk's newest message."""
    message = (await off_thread(desk.messages)())[-1]
    return await off_thread(act)(desk.practice.id, message.id, *more, desk.actor, now)


async def move(desk: Desk, to: datetime, now: datetime) -> Message:
    message = await off_thread(desk.message)()
    return await off_thread(outbox.move)(desk.practice.id, message.id, desk.actor, to, now)


async def failed_desk(engine: Engine, answer: Answer | None = None, **settings: Any) -> Desk:
    """A desk whose reminder failed for good a moment ago."""
    desk = await planned_desk(engine, **settings)
    engine.now = desk.visit.starts_at - DAY
    engine.carrier.answers = [answer or Answer(Outcome.REFUSED, code="30007", words="Filtered")]
    await engine.deliver()
    return desk


@off_thread
def touched(desk: Desk) -> None:
    with acting_for(desk.practice.id):
        changes.touch_practice(desk.practice.id)


async def test_a_moved_message_leaves_at_its_new_time_and_the_planner_lets_it(
    engine: Engine,
) -> None:
    desk = await planned_desk(engine)
    to = desk.visit.starts_at - timedelta(hours=3)
    await move(desk, to, engine.now)
    await touched(desk)
    engine.now = desk.visit.starts_at - DAY
    assert await engine.deliver() == []
    engine.now = to
    assert len(await engine.deliver()) == 1


async def test_a_message_is_not_moved_beyond_its_use_or_into_the_past(engine: Engine) -> None:
    desk = await planned_desk(engine)
    with pytest.raises(Refused, match="too late") as refused:
        await move(desk, desk.visit.starts_at, engine.now)
    assert refused.value.field == "due_at"
    with pytest.raises(Refused, match="to come"):
        await move(desk, engine.now - timedelta(minutes=1), engine.now)


async def test_a_message_called_off_and_back_leaves_once_and_no_other_is_made(
    engine: Engine,
) -> None:
    desk = await planned_desk(engine)
    await do(outbox.cancel, desk, engine.now)
    assert (await off_thread(desk.message)()).drop == "by_staff"
    await touched(desk)
    await engine.plan()
    await do(outbox.restore, desk, engine.now + timedelta(seconds=8))
    await engine.plan()
    restored = await off_thread(desk.message)()
    assert (restored.status, restored.drop, restored.settled_at) == ("planned", "", None)
    engine.now = restored.due_at
    assert len(await engine.deliver()) == 1
    assert await off_thread(desk.deeds)(restored.id) == ["message.cancel", "message.restore"]


async def test_a_held_message_called_off_and_back_is_held_again(engine: Engine) -> None:
    desk = await planned_desk(engine)
    message = await off_thread(desk.message)()
    await off_thread(desk.set)(message.id, "held", hold="no_address")
    await do(outbox.cancel, desk, engine.now)
    back = await do(outbox.restore, desk, engine.now)
    assert (back.status, back.hold) == ("held", "no_address")


async def test_a_calling_off_is_final_after_its_time(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await do(outbox.cancel, desk, engine.now)
    with pytest.raises(Conflict, match="too late to take this back"):
        await do(outbox.restore, desk, engine.now + outbox.UNDO + timedelta(seconds=1))


async def test_what_the_planner_dropped_cannot_be_taken_back(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await off_thread(booking.cancel)(desk.practice.id, desk.visit.id, SYSTEM, now=engine.now)
    await engine.plan()
    with pytest.raises(Conflict, match="called off"):
        await do(outbox.restore, desk, engine.now)


async def test_a_failed_message_is_tried_again_at_a_corrected_number(engine: Engine) -> None:
    wrong = Answer(Outcome.REFUSED, code="21211", words="No such number", blame=Blame.ADDRESS)
    desk = await failed_desk(engine, wrong)
    await off_thread(_new_number)(desk, "+12025550177")
    await do(outbox.retry, desk, engine.now)
    (letter,) = await engine.deliver()
    assert letter.to == "+12025550177"


def _new_number(desk: Desk, number: str) -> None:
    from carepost.people import points

    points.add_contact_point(
        desk.practice.id, SYSTEM, client_id=desk.visit.client_id, system="phone", value=number
    )


async def test_a_message_in_doubt_is_what_a_person_says(engine: Engine) -> None:
    for decision, status in (("sent", "sent"), ("planned", "planned"), ("dropped", "dropped")):
        desk = await planned_desk(engine)
        message = await off_thread(desk.message)()
        await off_thread(desk.set)(message.id, "sending", "uncertain", "needs_person")
        decided = await do(outbox.decide, desk, engine.now, decision)
        assert decided.status == status
        assert await off_thread(desk.deeds)(message.id) == ["message.decide"]
        with pytest.raises(Conflict, match="not in doubt"):
            await do(outbox.decide, desk, engine.now, decision)


async def test_another_word_decides_nothing(engine: Engine) -> None:
    desk = await planned_desk(engine)
    with pytest.raises(Refused, match="Say whether"):
        await do(outbox.decide, desk, engine.now, "maybe")


async def test_a_failed_text_is_said_by_email_instead(engine: Engine) -> None:
    desk = await failed_desk(engine)
    new = await do(outbox.retry_by, desk, engine.now, "email")
    await touched(desk)
    (letter,) = await engine.deliver()

    assert letter.channel == "email"
    assert letter.subject
    old, sent = await off_thread(desk.messages)()
    assert (old.status, sent.status, sent.id) == ("failed", "sent", new.id)
    with pytest.raises(Conflict, match="by this method already"):
        await off_thread(outbox.retry_by)(desk.practice.id, old.id, "email", desk.actor, engine.now)


async def test_a_waiting_message_gives_way_to_the_other_method(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await do(outbox.retry_by, desk, engine.now, "email")
    assert len(await engine.deliver()) == 1
    engine.now = desk.visit.starts_at - DAY
    assert await engine.deliver() == []
    old, _ = await off_thread(desk.messages)()
    assert (old.status, old.drop) == ("dropped", "another_way")


async def test_what_was_sent_another_way_is_not_said_of_a_cancelled_visit(
    engine: Engine,
) -> None:
    desk = await failed_desk(engine)
    await do(outbox.retry_by, desk, engine.now, "email")
    await off_thread(booking.cancel)(desk.practice.id, desk.visit.id, SYSTEM, now=engine.now)
    assert await engine.deliver() == []
    assert (await off_thread(desk.messages)())[-1].drop == "visit_cancelled"


async def test_another_way_that_is_not_open_says_what_is_missing(engine: Engine) -> None:
    desk = await failed_desk(engine)

    async def refused(channel: str, words: str) -> None:
        with pytest.raises(Conflict, match=words):
            await do(outbox.retry_by, desk, engine.now, channel)
        assert len(await off_thread(desk.messages)()) == 1

    await refused("sms", "the method it had")
    await refused("voice", "no line for this method")
    await refused("fax", "no number or address")
    await off_thread(settings.change)(desk.practice.id, SYSTEM, opt_in_required=True)
    await refused("email", "not agreed")
    await off_thread(settings.change)(desk.practice.id, SYSTEM, opt_in_required=False)
    address = await off_thread(_email_of)(desk)
    await off_thread(consent.stop)(
        desk.practice.id, SYSTEM, channel="email", address=address, how="reply", now=engine.now
    )
    await refused("email", "asked to hear nothing more")


def _email_of(desk: Desk) -> str:
    with acting_for(desk.practice.id):
        return ContactPoint.objects.get(client_id=desk.visit.client_id, system="email").value
