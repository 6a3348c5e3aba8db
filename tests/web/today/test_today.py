"""Today: what it says of this installation, of the visits, of what needs somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carepost.ground import clock, ids
from carepost.messaging.models import Message, WorkerBeat
from carepost.practice.models import Role
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client, make_line, make_practice
from tests.web.desk import browser_of

pytestmark = pytest.mark.django_db


def page_of(practice, role=Role.OWNER) -> str:
    return browser_of(practice, role).get("/").content.decode()


def test_a_new_practice_is_led_from_step_to_step() -> None:
    practice = make_practice()

    page = page_of(practice)

    assert "First things first" in page
    assert page.count("To do") >= 5


def test_who_may_not_change_settings_is_not_led_to_them() -> None:
    page = page_of(make_practice(), Role.FRONT_DESK)

    assert "First things first" not in page


def test_it_says_that_nothing_is_sent_while_no_worker_beats() -> None:
    practice = make_practice()

    assert "Nothing is being sent" in page_of(practice)
    WorkerBeat.objects.create(id=ids.fresh(), at=clock.now())
    assert "Nothing is being sent" not in page_of(practice)


def test_in_the_demo_it_leads_to_the_test_phones(settings) -> None:
    settings.CAREPOST_TEST_PHONES = "http://localhost:8081"

    assert 'href="http://localhost:8081"' in page_of(make_practice())


def test_a_visit_of_tomorrow_says_why_its_client_will_not_hear() -> None:
    practice = make_practice(messaging_enabled=True)
    client = make_client(practice, "Edith", "Marlow")
    make_appointment(practice, client, at=clock.now() + timedelta(days=1))

    page = page_of(practice)

    assert "Edith Marlow" in page
    assert "Edith will not hear from us" in page


def test_a_message_that_did_not_arrive_needs_somebody_and_is_counted_in_the_title() -> None:
    practice, now = make_practice(), clock.now()
    client, line = make_client(practice, "Edith", "Marlow"), make_line(practice)
    with acting_for(practice.id):
        made = Message.objects.create(
            practice_id=practice.id, kind="appointment_reminder", channel="sms",
            status="planned", client=client, address="+12025550142", line=line,
            due_at=now - timedelta(hours=1), expires_at=now + timedelta(days=1),
            error_words="Unknown number",
        )  # fmt: skip
        for status in ("sending", "undelivered"):
            Message.objects.filter(id=made.id).update(status=status)

    page = page_of(practice)

    assert "(1)" in page.partition("</title>")[0]
    assert "Unknown number" in page


def test_a_day_with_many_visits_shows_the_first_and_leads_to_the_rest() -> None:
    practice = make_practice()
    client = make_client(practice)
    noon = (clock.now() + timedelta(days=1)).replace(hour=17, minute=0, second=0, microsecond=0)
    for n in range(14):
        make_appointment(practice, client, at=noon + timedelta(minutes=n))

    page = page_of(practice)

    assert page.count('class="visit-line"') == 12
    assert "Show all 14" in page
