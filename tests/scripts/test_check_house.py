"""The house rules' own check: it finds what it is there to find, and leaves the rest alone."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
complaints = runpy.run_path(str(PROJECT / "scripts" / "check_house.py"))["complaints"]


def said_of(tmp_path: Path, name: str, text: str) -> list[str]:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return list(complaints(tmp_path))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/carepost/messaging/sql/arm.sql", "SELECT 1\nFROM m WHERE due_at < now()"),
        ("src/carepost/messaging/sql/arm.sql", "SELECT 1,\nCURRENT_TIMESTAMP"),
        ("src/carepost/messaging/arm.py", 'X = 1\nSQL = "select clock_timestamp()"'),
        ("src/carepost/messaging/arm.py", 'X = 1\nSQL = f"UPDATE m SET at = NOW( ) {X}"'),
        ("src/carepost/people/models.py", "class A:\n    at = Field(auto_now_add=True)"),
        ("requirements.txt", "# made\nthing @ https://example.org/thing.whl"),
    ],
)
def test_a_breach_is_found_at_its_line(tmp_path: Path, name: str, text: str) -> None:
    (complaint,) = said_of(tmp_path, name, text)
    assert complaint.startswith(f"{name}:2: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "src/carepost/messaging/sql/arm.sql",
            "-- never now()\nSELECT %(now)s, known(), local_time",
        ),
        ("src/carepost/messaging/arm.py", 'def f():\n    """SELECT now() is banned."""\n    now()'),
        ("src/carepost/messaging/words.py", 'TEXT = "Please call us now (or later)"'),
        ("src/carepost/people/doors.py", 'SQL = "SELECT now()"'),
        ("requirements.txt", "thing==1.0 --hash=sha256:00"),
        ("src/long.py", "# Long because: a table of one country's area codes\n" + "x = 1\n" * 401),
        ("src/carepost/people/migrations/0001_initial.py", "x = 1\n" * 401),
        ("src/fits.py", "x = 1\n" * 400),
    ],
)
def test_what_is_allowed_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    assert said_of(tmp_path, name, text) == []


def test_a_long_file_without_a_reason_is_found(tmp_path: Path) -> None:
    (complaint,) = said_of(tmp_path, "tests/test_long.py", "x = 1\n" * 401)
    assert "401 lines" in complaint
