"""What a member writes is what is said; else what the template says, by the facts of now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from carepost.appointments import booking
from carepost.messaging import outbox
from carepost.messaging.outbox.words import checked
from carepost.practice import changes
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, Refused
from carepost.practice.tenancy import acting_for
from tests.messaging.outbox.desk import Desk, off_thread, planned_desk

if TYPE_CHECKING:
    from datetime import datetime

    from tests.messaging.engine import Engine

WORDS = "Please bring your walking stick. Northside"


def said(desk: Desk, now: datetime) -> outbox.Said:
    with acting_for(desk.practice.id):
        return outbox.words_of(desk.practice.id, desk.message().id, now)


@off_thread
def edited(desk: Desk, body: str = WORDS, subject: str = "") -> None:
    outbox.edit_words(desk.practice.id, desk.message().id, desk.actor, subject=subject, body=body)


@off_thread
def touched(desk: Desk) -> None:
    with acting_for(desk.practice.id):
        changes.touch_practice(desk.practice.id)


async def test_edited_words_are_sent_to_the_letter_whatever_is_planned_after(
    engine: Engine,
) -> None:
    desk = await planned_desk(engine)
    await edited(desk)
    await touched(desk)
    await engine.plan()
    engine.now = desk.visit.starts_at - timedelta(days=1)

    (letter,) = await engine.deliver()

    assert letter.text == WORDS
    message = await off_thread(desk.message)()
    assert message.status == "sent"
    assert WORDS.encode() not in bytes(message.sealed_words or b"")
    assert (await off_thread(said)(desk, engine.now)).source == "sent"
    assert (await off_thread(said)(desk, engine.now)).text == WORDS
    assert "message.edit_words" in await off_thread(desk.deeds)(message.id)


async def test_a_preview_is_what_is_then_sent(engine: Engine) -> None:
    desk = await planned_desk(engine)
    engine.now = desk.visit.starts_at - timedelta(days=1)
    before = await off_thread(said)(desk, engine.now)
    (letter,) = await engine.deliver()
    after = await off_thread(said)(desk, engine.now)

    assert (before.source, after.source) == ("preview", "sent")
    assert before.text == letter.text == after.text
    assert before.sms == after.sms
    assert after.at == engine.now


async def test_a_notice_is_previewed_with_the_time_that_it_was_moved_from(engine: Engine) -> None:
    rule = {"kind": "appointment_notice", "when": "change", "days": 0, "seconds": 180}
    desk = await planned_desk(engine, rule=rule)
    engine.advance(minutes=5)
    await engine.deliver()
    await off_thread(booking.move)(
        desk.practice.id,
        desk.visit.id,
        SYSTEM,
        starts_at=desk.visit.starts_at + timedelta(days=1),
        now=engine.now,
    )
    await engine.plan()
    notice = (await off_thread(desk.messages)())[-1]
    engine.advance(minutes=5)

    def preview() -> outbox.Said:
        with acting_for(desk.practice.id):
            return outbox.words_of(desk.practice.id, notice.id, engine.now)

    before = await off_thread(preview)()
    (letter,) = await engine.deliver()
    assert (before.source, before.text) == ("preview", letter.text)


async def test_words_set_back_are_the_templates_again(engine: Engine) -> None:
    desk = await planned_desk(engine)
    preview = await off_thread(said)(desk, engine.now)
    await edited(desk)
    assert (await off_thread(said)(desk, engine.now)).source == "edited"
    message = await off_thread(desk.message)()
    await off_thread(outbox.reset_words)(desk.practice.id, message.id, desk.actor)

    assert await off_thread(said)(desk, engine.now) == preview
    engine.now = desk.visit.starts_at - timedelta(days=1)
    (letter,) = await engine.deliver()
    assert letter.text != WORDS


async def test_an_email_takes_a_subject_and_is_built_whole(engine: Engine) -> None:
    desk = await planned_desk(engine, rule={"channel": "email"})
    await edited(desk, subject="Before you come")
    engine.now = desk.visit.starts_at - timedelta(days=1)
    (letter,) = await engine.deliver()
    assert (letter.subject, letter.text) == ("Before you come", WORDS)
    assert "walking stick" in letter.html


async def test_a_moved_visit_is_not_spoken_of_in_words_for_its_old_time(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await edited(desk)
    later = desk.visit.starts_at + timedelta(days=2)
    await off_thread(booking.move)(
        desk.practice.id, desk.visit.id, SYSTEM, starts_at=later, now=engine.now
    )
    await engine.plan()
    engine.now = later - timedelta(days=1)

    (letter,) = await engine.deliver()
    assert letter.text != WORDS


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("", "Write what"),
        ("x" * 1601, "1600 can be sent"),
        ("Dear {{ client.first_name }}", "instead of a merge field"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(body: str, complaint: str) -> None:
    with pytest.raises(Refused, match=complaint) as refused:
        checked("sms", "", body)
    assert refused.value.field == "body"


def test_an_email_without_a_subject_is_refused() -> None:
    with pytest.raises(Refused, match="subject") as refused:
        checked("email", "", "Hello")
    assert refused.value.field == "subject"


async def test_what_has_left_cannot_be_edited(engine: Engine) -> None:
    desk = await planned_desk(engine)
    engine.now = desk.visit.starts_at - timedelta(days=1)
    await engine.deliver()
    with pytest.raises(Conflict, match="has left already"):
        await edited(desk)


async def test_words_that_a_template_could_not_fill_are_mended_by_writing_them(
    engine: Engine,
) -> None:
    desk = await planned_desk(engine)
    message = await off_thread(desk.message)()
    await off_thread(desk.set)(message.id, "held", hold="wording")
    await edited(desk)
    mended = await off_thread(desk.message)()
    assert (mended.status, mended.hold) == ("planned", "")
