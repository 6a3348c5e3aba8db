"""The demo's surroundings, and what it prints: a home of its own, and nothing real is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from carepost.cli import demo as demo_command
from carepost.config.demo import surroundings
from carepost.config.demo.seeding import Demo
from carepost.config.environment import Environment

if TYPE_CHECKING:
    from pathlib import Path


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


def test_the_big_demo_has_a_home_of_its_own(tmp_path: Path) -> None:
    around = surroundings.enter(
        {"CAREPOST_HOME": str(tmp_path)}, "http://localhost:8000", 0, 0, big=True
    )

    assert around.home == tmp_path / "demo-big"


@pytest.mark.django_db
def test_it_prints_where_to_sign_in_and_as_whom(tmp_path: Path) -> None:
    around = surroundings.enter({"CAREPOST_HOME": str(tmp_path)}, "http://localhost:8000", 0, 0)
    made = Demo(UUID(int=7), "UTC", password="heron-reed-otter", token="cp_token")

    said = "\n".join(demo_command._words(made, around, "http://localhost:8000"))

    assert "Sign in:     owner@riverside.example.com / heron-reed-otter" in said
    for role in ("practitioner", "front desk", "biller"):
        assert role in said
    assert "visits-with-mistakes.csv" in said
