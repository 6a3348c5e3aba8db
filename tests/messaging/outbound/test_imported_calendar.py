"""A file of 2,000 visits: imported, planned, moved and dropped as the file says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from carepost.appointments import imports
from carepost.messaging.models import Message
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import NOW
from tests.messaging.engine import Engine
from tests.messaging.outbound.test_engine import make_rule, ready_practice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from carepost.config.database import Database
    from carepost.practice.models import Practice

VISITS = 2_000
HEAD = (
    "Appointment ID,Date,Time,Minutes,Client ID,First name,Last name,Mobile phone,"
    "Practitioner,Status"
)


@pytest.fixture
async def engine(clean_database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


def _row(n: int, *, hour: int = 9, status: str = "Booked") -> str:
    day = (NOW + timedelta(days=8 + n % 20)).strftime("%m/%d/%Y")
    phone = f"+1{212 + n // 100}55501{n % 100:02}"
    return f"V{n},{day},{hour}:{n % 60:02},20,C{n},Ann,N{n},{phone},Dr {n % 50},{status}"


def _import(practice: Practice, rows: list[str]) -> Any:
    content = "\n".join([HEAD, *rows]).encode()
    checked = imports.check(
        practice.id, SYSTEM, content=content, file_name="day.csv", source="other", now=NOW
    )
    return imports.apply(practice.id, checked.id, SYSTEM, NOW)


def _counts(practice: Practice) -> dict[tuple[str, str], int]:
    with acting_for(practice.id):
        found: dict[tuple[str, str], int] = {}
        for status, drop in Message.objects.values_list("status", "drop"):
            found[status, drop] = found.get((status, drop), 0) + 1
        return found


async def test_an_imported_calendar_is_planned_and_follows_its_file(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    await sync_to_async(make_rule)(practice)
    rows = [_row(n) for n in range(VISITS)]

    done = await sync_to_async(_import)(practice, rows)
    await engine.plan()
    assert (done.created, done.refused) == (VISITS, 0)
    assert await sync_to_async(_counts)(practice) == {("planned", ""): VISITS}

    again = await sync_to_async(_import)(practice, rows)
    assert again.unchanged == VISITS

    rows[0], rows[1] = _row(0, hour=14), _row(1, status="Cancelled")
    changed = await sync_to_async(_import)(practice, rows)
    await engine.plan()
    assert (changed.moved, changed.cancelled) == (1, 1)
    assert await sync_to_async(_counts)(practice) == {
        ("planned", ""): VISITS - 1,
        ("dropped", "visit_moved"): 1,
        ("dropped", "visit_cancelled"): 1,
    }
