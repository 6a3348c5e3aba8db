"""The demo's practice: everything to look at, and a past that the engine itself could have had."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
from asgiref.sync import sync_to_async

from carepost.appointments.models import Appointment, AppointmentChange, Practitioner
from carepost.config.demo import people, seeding, surroundings
from carepost.config.demo.fates import RARE
from carepost.config.demo.size import Size
from carepost.config.environment import Environment
from carepost.ground import sealing
from carepost.messaging import lines
from carepost.messaging.models import Attempt, InFlight, Message, Receipt, Rule
from carepost.people.models import Client, Stop
from carepost.practice import keys
from carepost.practice.models import AuditEntry, Member, Practice, Role
from carepost.practice.tenancy import acting_for
from tests.builders import NOW
from tests.messaging.engine import Engine

if TYPE_CHECKING:
    from pathlib import Path

    from carepost.config.database import Database

FEW = Size(clients=150, practitioners=2, places=2, back=40)


@pytest.fixture
def demo(db: None, tmp_path: Path) -> seeding.Demo:
    return _made(tmp_path)


def _made(home: Path) -> seeding.Demo:
    """As the demo makes it, with the lines that lead to the sandbox."""
    values: dict[str, str] = {"CAREPOST_HOME": str(home)}
    surroundings.enter(values, "http://localhost:8000", 0, 0)
    lines.ensure_host_lines(Environment(values).host_lines)
    return seeding.seed(home, NOW, FEW)


def test_messages_are_in_every_state_that_a_past_can_leave(demo: seeding.Demo) -> None:
    with acting_for(demo.practice_id):
        found = set(Message.objects.values_list("status", flat=True))
        drops = set(Message.objects.values_list("drop", flat=True))
        holds = set(Message.objects.filter(status="expired").values_list("hold", flat=True))
        flights = list(InFlight.objects.values_list("message__status", flat=True))

    assert found == {
        "planned", "sent", "delivered", "undelivered", "failed", "no_receipt", "dropped", "expired",
        "uncertain", "needs_person",
    }  # fmt: skip
    assert {"visit_cancelled", "visit_moved", "confirmed", "stopped"} <= drops
    assert {"no_address", "bad_address", "no_line", "no_consent"} <= holds
    assert flights == ["uncertain"]


def test_what_seldom_happens_happened_in_the_last_days(demo: seeding.Demo) -> None:
    with acting_for(demo.practice_id):
        lately = Message.objects.filter(due_at__gt=NOW - timedelta(hours=36))
        found = set(lately.values_list("status", flat=True))

    assert {"needs_person", "uncertain", "undelivered", "failed"} <= found
    assert set(RARE) - found == {"retrying"}  # which is a hold


def test_each_message_that_left_has_its_attempts_and_words_that_open(demo: seeding.Demo) -> None:
    with acting_for(demo.practice_id):
        practice = Practice.objects.get()
        left = Message.objects.filter(tries__gt=0)
        for message in left.order_by("id")[:200]:
            attempts = list(Attempt.objects.filter(message=message).order_by("number"))
            assert len(attempts) == message.tries
            assert message.trace
            assert message.trace["gates"]
            assert message.client
            key = keys.client_key(practice, bytes(message.client.sealed_key))
            last = attempts[-1]
            said = orjson.loads(sealing.open_(key, bytes(last.sealed), last.id.bytes))
            assert practice.name in said["text"]
            if message.status == "delivered":
                assert Receipt.objects.filter(attempt=last, event="delivered").count() == 1


def test_nothing_is_said_before_its_time_or_to_who_had_stopped(demo: seeding.Demo) -> None:
    with acting_for(demo.practice_id):
        assert not Message.objects.filter(sent_at__gt=NOW).exists()
        assert not Message.objects.filter(sent_at__isnull=False, due_at__gt=NOW).exists()
        stops = list(Stop.objects.all())
        assert stops
        for stop in stops:
            after = Message.objects.filter(address=stop.address, sent_at__gt=stop.at)
            assert not after.filter(channel="sms").exists()
        moves = AppointmentChange.objects.filter(what="moved").count()
        kinds = set(AuditEntry.objects.values_list("action", flat=True))
    assert moves > 10
    assert {"appointment.book", "appointment.move", "appointment.cancel", "client.add"} <= kinds


def test_four_members_sign_in_by_one_password_that_is_kept_for_us_alone(
    demo: seeding.Demo, tmp_path: Path
) -> None:
    path = tmp_path / "demo.password"
    with acting_for(demo.practice_id):
        members = list(Member.objects.select_related("user"))
        doctors = dict(
            Practitioner.objects.exclude(member=None).values_list("name", "member__name")
        )

    assert path.read_text() == demo.password
    assert path.stat().st_mode & 0o777 == 0o600
    assert {m.role for m in members} == set(Role)
    assert all(m.name and m.user.check_password(demo.password) for m in members)
    assert doctors == {"Dr. Maya Rivera": "Maya Rivera", "Dr. Tom Albright": "Tom Albright"}


def test_a_second_start_goes_on_with_the_same_data(demo: seeding.Demo, tmp_path: Path) -> None:
    before = _counts(demo)

    second = seeding.seed(tmp_path, NOW, FEW)

    assert second == demo
    assert _counts(demo) == before
    assert before["clients"] == FEW.clients


def test_a_start_on_another_day_ends_what_is_over_and_fills_the_days_that_are_new(
    demo: seeding.Demo, tmp_path: Path
) -> None:
    later = NOW + timedelta(days=4)

    seeding.seed(tmp_path, later, FEW)

    with acting_for(demo.practice_id):
        visits = Appointment.objects.filter(source="demo")
        ahead = {"booked", "confirmed"}
        assert not visits.filter(ends_at__lte=later, status__in=ahead).exists()
        assert visits.filter(starts_at__gt=later + timedelta(days=18)).exists()


async def test_the_planner_adds_nothing_to_the_past(
    clean_database: Database, tmp_path: Path
) -> None:
    demo = await sync_to_async(_made)(tmp_path)
    engine = await Engine.connect(clean_database, NOW)
    await engine.plan()

    cursor = await engine.db.execute(
        "SELECT set_config('carepost.practices', %s, false)", [str(demo.practice_id)]
    )
    cursor = await engine.db.execute(
        "SELECT c.external_id, a.external_id FROM messaging_message m"
        " JOIN people_client c ON c.id = m.client_id"
        " JOIN messaging_messageabout b ON b.message_id = m.id"
        " JOIN appointments_appointment a ON a.id = b.appointment_id"
        " WHERE m.planned_at = %s AND m.due_at < %s AND m.status = 'planned'",
        [NOW, NOW - timedelta(minutes=2)],
    )
    ordinary = {p.external_id for p in people.everyone(FEW.clients) if p.ordinary}
    late = [visit for client, visit in await cursor.fetchall() if client in ordinary]
    await engine.db.close()

    # None but of those visits that are booked for it; whom messages do not reach, the gates hold.
    assert late
    assert {name.split("-")[0] for name in late} <= {"soon", "early", "night", "study"}


def _counts(demo: seeding.Demo) -> dict[str, int]:
    with acting_for(demo.practice_id):
        return {
            model.__name__.lower() + "s": model._default_manager.count()
            for model in (Client, Appointment, Rule, Message, Attempt)
        }
