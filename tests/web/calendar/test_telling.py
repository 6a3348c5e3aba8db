"""Whether a client is told of a change: what the strip says, and what one does about it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from carepost.appointments import booking
from carepost.appointments.models import AppointmentChange
from carepost.ground import clock
from carepost.messaging import rules
from carepost.messaging.models import Message
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client, make_line, make_practice
from tests.messaging.engine import Engine
from tests.web.desk import browser_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client as Browser

    from carepost.appointments.models import Appointment
    from carepost.config.database import Database
    from carepost.practice.models import Practice

PART = {"HX-Request": "true", "HX-Target": "telling"}


def practice_that_tells() -> Practice:
    practice = make_practice(messaging_enabled=True, quiet_hours=None)
    make_line(practice)
    now = clock.now()
    rules.add_rule(
        practice.id, SYSTEM, kind="appointment_notice", when="change", now=now - timedelta(days=1)
    )
    return practice


def booked(practice: Practice, now: datetime) -> Appointment:
    ann = make_client(practice, "Ann", "Lee")
    return make_appointment(practice, ann, at=now + timedelta(days=5), now=now)


def plan(database: Database, now: datetime) -> None:
    async def step() -> None:
        engine = await Engine.connect(database, now)
        try:
            await engine.plan()
        finally:
            await engine.db.close()

    asyncio.run(step())


def telling(browser: Browser, visit: Appointment) -> str:
    answer = browser.get(f"/calendar/{visit.id}/telling", headers=PART)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_the_planner_and_after_it_the_seconds_are_counted(clean_database: Database) -> None:
    practice, now = practice_that_tells(), clock.now()
    visit = booked(practice, now)
    browser = browser_of(practice)

    before = telling(browser, visit)
    plan(clean_database, now)
    after = telling(browser, visit)

    for said in (before, after):
        assert "Ann Lee will be told in" in said
        assert 'class="countdown"' in said
    assert "disabled" in before  # there is no message yet that could be sent now
    assert "disabled" not in after


def test_told_now_leaves_at_once(clean_database: Database) -> None:
    practice, now = practice_that_tells(), clock.now()
    visit = booked(practice, now)
    plan(clean_database, now)
    browser = browser_of(practice)

    browser.post(f"/calendar/{visit.id}/tell/now")

    with acting_for(practice.id):
        assert Message.objects.get().due_at <= clock.now()
    assert "is being told" in telling(browser, visit)


def test_not_told_after_all_told_after_all(clean_database: Database) -> None:
    practice, now = practice_that_tells(), clock.now()
    visit = booked(practice, now)
    plan(clean_database, now)
    browser = browser_of(practice)

    browser.post(f"/calendar/{visit.id}/tell/not", {"sequence": visit.sequence})
    assert "will not be told" in telling(browser, visit)
    plan(clean_database, now)
    assert "will not be told" in telling(browser, visit)
    with acting_for(practice.id):
        assert Message.objects.get().status == "dropped"

    browser.post(f"/calendar/{visit.id}/tell/anyway", {"sequence": visit.sequence})
    plan(clean_database, now)
    assert "will be told in" in telling(browser, visit)


def test_without_a_rule_it_says_that_nobody_is_told_and_where_to_make_one(
    clean_database: Database,
) -> None:
    practice = make_practice(messaging_enabled=True)
    visit = booked(practice, clock.now())

    said = telling(browser_of(practice), visit)

    assert "Nobody will be told" in said
    assert 'href="/rules/"' in said


def test_what_was_taken_back_in_time_leaves_nothing_to_tell(clean_database: Database) -> None:
    practice, now = practice_that_tells(), clock.now()
    visit = booked(practice, now)
    booking.cancel(practice.id, visit.id, SYSTEM, now=now)
    plan(clean_database, now)

    assert "nothing to tell" in telling(browser_of(practice), visit)


def test_held_it_says_why(clean_database: Database) -> None:
    practice, now = practice_that_tells(), clock.now()
    client = make_client(practice, "Ann", "Lee", phone=None, email=None)
    visit = make_appointment(practice, client, at=now + timedelta(days=5), now=now)
    plan(clean_database, now)

    said = telling(browser_of(practice), visit)

    assert "Ann Lee is not told yet" in said
    assert "number or address" in said


def test_long_after_a_change_nothing_is_said_of_it(clean_database: Database) -> None:
    practice = make_practice()
    visit = booked(practice, clock.now() - timedelta(hours=2))

    assert "hidden" in telling(browser_of(practice), visit)


@pytest.mark.parametrize("sequence", ["", "x", "7", "99999999999"])
def test_a_change_that_is_not_the_last_is_not_decided_on(
    clean_database: Database, sequence: str
) -> None:
    practice = practice_that_tells()
    visit = booked(practice, clock.now())

    answer = browser_of(practice).post(f"/calendar/{visit.id}/tell/not", {"sequence": sequence})

    assert answer.status_code in (302, 404)
    with acting_for(practice.id):
        assert AppointmentChange.objects.get(appointment=visit).tell
