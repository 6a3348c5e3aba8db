"""The demo: a practice made once, in a home of its own, with a reminder due within seconds."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.appointments.models import Appointment
from carepost.config.demo import calendar, people, seeding, surroundings, visits_file
from carepost.config.environment import Environment
from carepost.messaging.models import Rule
from carepost.people.models import Client
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for
from tests.builders import NOW

if TYPE_CHECKING:
    from pathlib import Path

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: at.replace(tzinfo=UTC)
)


@given(MOMENTS)
def test_the_practice_is_open_whatever_the_hour(now: datetime) -> None:
    zone = calendar.daytime_zone(now)

    assert 8 <= now.astimezone(ZoneInfo(zone)).hour < 18


@given(MOMENTS)
def test_reminders_a_day_before_the_soon_visits_are_due_from_now_on(now: datetime) -> None:
    zone = calendar.daytime_zone(now)
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    for visit, seconds in zip(calendar.soon(now, zone), calendar.SOON, strict=True):
        wall = visit.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        due_in = (wall - timedelta(days=1) - local).total_seconds()
        assert seconds <= due_in <= seconds + 1


def test_sixty_people_have_names_and_numbers_of_their_own() -> None:
    everyone = people.everyone()

    assert len({(p.first_name, p.last_name) for p in everyone}) == 60
    assert len({p.phone for p in everyone}) == 60
    assert all("+12025550100" <= p.phone <= "+12025550199" for p in everyone)


@pytest.mark.django_db
def test_a_second_start_goes_on_with_the_same_data(tmp_path: Path) -> None:
    first = seeding.seed(tmp_path, NOW)
    before = _counts(first)

    second = seeding.seed(tmp_path, NOW + timedelta(minutes=5))

    assert second == first
    assert _counts(second) == before
    assert before["clients"] == 60
    with acting_for(first.practice_id):
        practice = Practice.objects.get()
    assert (practice.messaging_enabled, practice.quiet_from) == (True, None)


def _counts(demo: seeding.Demo) -> dict[str, int]:
    with acting_for(demo.practice_id):
        return {
            "clients": Client.objects.count(),
            "visits": Appointment.objects.count(),
            "rules": Rule.objects.count(),
        }


def test_no_real_installation_and_no_real_carrier_is_touched(tmp_path: Path) -> None:
    values = {
        "CAREPOST_HOME": str(tmp_path),
        "DATABASE_URL": "postgresql://real/one",
        "CAREPOST_SECRET_KEY": "the real one",
        "CAREPOST_TWILIO_ACCOUNT_SID": "AC-real",
        "CAREPOST_TWILIO_AUTH_TOKEN": "real",
        "CAREPOST_EMAIL_URL": "smtp://mail.example.org",
    }

    around = surroundings.enter(values, "http://localhost:8000", 0, 0)

    found = Environment(values)
    assert (found.home, found.database_url) == (tmp_path / "demo", "")
    assert found.secret != "the real one"
    sms, email = found.host_lines
    assert sms.settings["api_base"] == f"http://127.0.0.1:{around.phones_port}"
    assert (email.settings["host"], email.settings["tls"]) == ("127.0.0.1", "none")


def test_the_file_to_import_has_a_visit_whose_reminder_is_due_soon(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"

    visits_file.write(path, "America/New_York", NOW)

    rows = list(csv.DictReader(path.open()))
    local = NOW.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)
    starts = [datetime.strptime(f"{r['Date']} {r['Time']}", "%m/%d/%Y %H:%M") for r in rows]
    assert starts[0] - local == timedelta(days=1, minutes=2)
    assert {b - a for a, b in pairwise(starts)} == {timedelta(minutes=2)}
    assert not {(r["First name"], r["Last name"]) for r in rows} & {
        (p.first_name, p.last_name) for p in people.everyone()
    }
