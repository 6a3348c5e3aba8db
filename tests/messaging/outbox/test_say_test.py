"""A test to a member's own phone or mailbox goes the way that all messages go."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import pytest

from carepost.ground import clock
from carepost.messaging import outbox
from carepost.messaging.outbox import test_message
from carepost.people import consent
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, Refused
from carepost.practice.tenancy import acting_for
from tests.messaging.outbox.desk import Desk, make_desk, off_thread

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.messaging.models import Message
    from tests.messaging.engine import Engine

PHONE = "+12025550188"


def say(desk: Desk, now: datetime, **others: Any) -> Message:
    given = {"channel": "sms", "address": PHONE, "subject": "It works", "body": "Hello, Rosa."}
    return outbox.say_test(desk.practice.id, desk.member.id, desk.actor, **given | others, now=now)


async def test_a_test_arrives_marked_though_messaging_is_off_and_it_is_night(
    engine: Engine,
) -> None:
    desk = await off_thread(make_desk)(quiet_hours=(time(0), time(23, 59)), opt_in_required=True)
    await off_thread(settings.change)(desk.practice.id, SYSTEM, messaging_enabled=False)
    message = await off_thread(say)(desk, engine.now)
    (letter,) = await engine.deliver()
    assert (letter.to, letter.text) == (PHONE, "[Test] Hello, Rosa.")
    assert message.client_id is None
    said = await off_thread(_words)(desk, message, engine.now)
    assert (said.source, said.text) == ("sent", "[Test] Hello, Rosa.")


def _words(desk: Desk, message: Message, now: datetime) -> outbox.Said:
    with acting_for(desk.practice.id):
        return outbox.words_of(desk.practice.id, message.id, now)


async def test_a_test_by_email_is_marked_in_its_subject(engine: Engine) -> None:
    desk = await off_thread(make_desk)()
    await off_thread(say)(desk, engine.now, channel="email", address="Rosa@Practice.test")
    (letter,) = await engine.deliver()
    assert (letter.to, letter.subject) == ("rosa@practice.test", "[Test] It works")
    assert "Hello, Rosa." in letter.html


async def test_a_test_to_a_number_that_asked_to_stop_does_not_leave(engine: Engine) -> None:
    desk = await off_thread(make_desk)()
    await off_thread(consent.stop)(
        desk.practice.id, SYSTEM, channel="sms", address=PHONE, how="reply", now=engine.now
    )
    message = await off_thread(say)(desk, engine.now)
    assert await engine.deliver() == []
    dropped = next(m for m in await off_thread(desk.messages)() if m.id == message.id)
    assert (dropped.status, dropped.drop) == ("dropped", "stopped")


async def test_planning_leaves_a_test_alone(engine: Engine) -> None:
    desk = await off_thread(make_desk)()
    message = await off_thread(say)(desk, engine.now)
    await engine.plan()
    left = next(m for m in await off_thread(desk.messages)() if m.id == message.id)
    assert left.status == "planned"


def test_the_eleventh_test_within_ten_minutes_is_refused(clean_database: object) -> None:
    desk, now = make_desk(), clock.now()
    for _ in range(test_message.MOST):
        say(desk, now)
    with pytest.raises(Conflict, match="Wait a little"):
        say(desk, now)
    assert say(desk, now + test_message.WITHIN * 2)


def test_a_test_without_a_line_or_to_nowhere_is_refused(clean_database: object) -> None:
    desk, now = make_desk(), clock.now()
    with pytest.raises(Conflict, match="no line"):
        say(desk, now, channel="voice")
    with pytest.raises(Refused) as refused:
        say(desk, now, address="nowhere")
    assert refused.value.field == "address"
    with pytest.raises(Refused, match="messaging method"):
        say(desk, now, channel="pigeon")
