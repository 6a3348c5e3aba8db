"""Whether somebody will hear from us, and why not: by the gates, for whole lists at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carepost.appointments import booking
from carepost.messaging import why
from carepost.messaging.carrier import Answer, Outcome
from carepost.messaging.models import Rule
from carepost.people import consent
from carepost.people.models import ContactPoint
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client
from tests.messaging.outbox.desk import Desk, make_desk, off_thread, planned_desk

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.appointments.models import Appointment
    from tests.messaging.engine import Engine

DAY = timedelta(days=1)


@sync_to_async
def heard(desk: Desk, now: datetime, visit: Appointment | None = None) -> why.Hearing:
    visit = visit or desk.visit
    with acting_for(desk.practice.id):
        found = why.will_hear_of(desk.practice.id, [visit.id], now)
        of_client = why.will_hear(desk.practice.id, [visit.client_id], now)
    assert of_client[visit.client_id] == found[visit.id]
    return found[visit.id]


async def test_whoever_a_reminder_is_planned_for_will_hear(engine: Engine) -> None:
    desk = await planned_desk(engine)
    found = await heard(desk, engine.now)
    assert (found.code, found.tone, found.well) == ("planned", "well", True)
    assert found.sentence == "Ann will hear from us by SMS: Sun 8 Mar 11:00 AM."
    assert found.message_id == (await off_thread(desk.message)()).id


async def test_whoever_was_reminded_has_heard(engine: Engine) -> None:
    desk = await planned_desk(engine)
    engine.now = desk.visit.starts_at - DAY
    await engine.deliver()
    found = await heard(desk, engine.now)
    assert (found.code, found.tone) == ("told", "well")
    assert found.sentence.endswith("Whether it arrived is not known.")


async def test_what_the_gates_would_say_is_said_today(engine: Engine) -> None:
    desk = await planned_desk(engine)

    async def blocked(code: str, mend: str | None) -> None:
        found = await heard(desk, engine.now)
        assert (found.code, found.tone) == (code, "warn")
        assert (found.mend.code if found.mend else None) == mend
        assert found.sentence.startswith("Ann will not hear from us as things stand. ")

    await off_thread(settings.change)(desk.practice.id, SYSTEM, messaging_enabled=False)
    await blocked("messaging_off", "switch_on")
    await off_thread(settings.change)(
        desk.practice.id, SYSTEM, messaging_enabled=True, opt_in_required=True
    )
    await blocked("no_consent", "ask_consent")
    await off_thread(settings.change)(desk.practice.id, SYSTEM, opt_in_required=False)
    phone = await off_thread(_phone)(desk)
    await off_thread(consent.stop)(
        desk.practice.id, SYSTEM, channel="sms", address=phone, how="reply", now=engine.now
    )
    await blocked("stopped", None)


def _phone(desk: Desk) -> str:
    with acting_for(desk.practice.id):
        return ContactPoint.objects.get(client_id=desk.visit.client_id, system="phone").value


async def test_whoever_has_no_number_will_not_hear(engine: Engine) -> None:
    desk = await planned_desk(engine)
    client = await off_thread(make_client)(
        desk.practice, "Bo", phone=None, email=None, assigned_channel="sms"
    )
    visit = await off_thread(make_appointment)(desk.practice, client)
    await engine.plan()
    found = await heard(desk, engine.now, visit)
    assert (found.code, found.mend) == ("no_address", why.Mend("add_address"))
    assert found.sentence.startswith("Bo will not hear from us as things stand. There is no number")


async def test_a_failure_is_said_and_can_be_tried_again(engine: Engine) -> None:
    desk = await planned_desk(engine)
    engine.now = desk.visit.starts_at - DAY
    engine.carrier.answers = [Answer(Outcome.REFUSED, code="30007", words="Filtered.")]
    await engine.deliver()
    found = await heard(desk, engine.now)
    assert (found.code, found.tone, found.mend) == ("failed", "ill", why.Mend("retry"))
    assert found.sentence == "The message to Ann did not arrive. Filtered."


async def test_silence_has_a_reason_by_rule(engine: Engine) -> None:
    desk = await planned_desk(engine)
    late = await off_thread(make_appointment)(
        desk.practice, at=engine.now + timedelta(hours=5), now=engine.now
    )
    await engine.plan()
    found = await heard(desk, engine.now, late)
    assert found.code == "booked_late"
    assert found.sentence.endswith("The visit was booked after the time of its reminder.")

    found_nothing = await off_thread(_why_nothing)(desk, late, engine.now)
    assert found_nothing.reasons == (
        "Assigned method, 1 day before, for every visit:"
        " The visit was booked after the time of its reminder.",
    )
    await off_thread(_no_rules)(desk)
    assert (await heard(desk, engine.now, late)).code == "no_rules"


def _why_nothing(desk: Desk, visit: Appointment, now: datetime) -> why.Hearing:
    with acting_for(desk.practice.id):
        found = why.why_nothing(desk.practice.id, visit.client_id, visit.id, now)
        assert why.why_nothing(desk.practice.id, desk.practice.id, visit.id, now) is None
    assert found
    return found


def _no_rules(desk: Desk) -> None:
    with acting_for(desk.practice.id):
        Rule.objects.update(active=False)


async def test_a_client_without_a_visit_ahead_has_nothing_to_hear(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await off_thread(booking.cancel)(desk.practice.id, desk.visit.id, SYSTEM, now=engine.now)

    def of_client() -> why.Hearing:
        with acting_for(desk.practice.id):
            found = why.will_hear(desk.practice.id, [desk.visit.client_id], engine.now)
        return found[desk.visit.client_id]

    assert (await off_thread(of_client)()).code == "no_visit"


async def test_a_list_costs_the_same_statements_however_long(engine: Engine) -> None:
    desk = await off_thread(make_desk)()
    visits = [desk.visit]
    for _ in range(9):
        visits.append(await off_thread(make_appointment)(desk.practice))
    await engine.plan()

    def statements(visit_ids: list[object]) -> int:
        with acting_for(desk.practice.id), CaptureQueriesContext(connection) as queries:
            found = why.will_hear_of(desk.practice.id, visit_ids, engine.now)  # type: ignore[arg-type]
            assert len(found) == len(visit_ids)
        # One of them goes by psycopg's own cursor, which Django does not count.
        return len(queries)

    one = await off_thread(statements)([visits[0].id])
    assert await off_thread(statements)([v.id for v in visits]) == one
    assert one <= 3
