"""The host's lines, which all practices use: signed in as the app role, for one of them."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from carepost.config.environment import HostLine
from carepost.messaging import lines
from carepost.messaging.carrier import Answer, Outcome
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_line, make_practice
from tests.messaging.engine import Engine
from tests.messaging.outbound.test_engine import make_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from carepost.config.database import Database

DENIED = psycopg.errors.InsufficientPrivilege
UNTIL = NOW + timedelta(hours=1)
PAUSE = "SELECT door_pause_lines(%s, %s, %s)"


class Hosted:
    """Two practices that use the host's line, each with one of its own; signed in for the first."""

    def __init__(self, database: Database) -> None:
        lines.ensure_host_lines([HostLine("sms", "twilio", "+15005550006", {"account_sid": "AC"})])
        self.a, self.b = make_practice().id, make_practice().id
        for practice in (self.a, self.b):
            lines.attach_host_lines(practice)
        self.admin = psycopg.connect(database.admin, autocommit=True)
        self.app = psycopg.connect(database.app, autocommit=True)
        (self.line,) = self.one("SELECT id FROM messaging_line WHERE owner_id IS NULL")

    def close(self) -> None:
        self.app.close()
        self.admin.close()

    def one(self, query: str, *given: Any) -> tuple[Any, ...]:
        """One row, as the administrator sees it."""
        row = self.admin.execute(query, given).fetchone()
        assert row
        return row

    def acting(self, practices: list[UUID], query: str, *given: Any) -> int:
        """Run a statement for these practices; says how many rows it gave or changed."""
        with self.app.transaction():
            self.app.execute(
                "SELECT set_config('carepost.practices', %s, true)", [",".join(map(str, practices))]
            )
            return self.app.execute(query, given).rowcount

    def pause(self, *, acting: list[UUID], line: UUID) -> tuple[Any, ...]:
        """Knock at the door for a line; what it is like afterwards."""
        self.acting(acting, PAUSE, [line], [UNTIL], ["Too many requests."])
        return self.one("SELECT paused_until, trouble FROM messaging_line WHERE id = %s", line)


@pytest.fixture
def hosted(clean_database: Database) -> Iterator[Hosted]:
    with closing(Hosted(clean_database)) as made:
        yield made


def test_a_practice_sees_the_hosts_lines(hosted: Hosted) -> None:
    assert hosted.acting([hosted.a], "SELECT id FROM messaging_line WHERE owner_id IS NULL") == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE messaging_line SET active = false WHERE id = %s",
        "UPDATE messaging_line SET paused_until = 'infinity' WHERE id = %s",
        "UPDATE messaging_line SET sealed_settings = 'x' WHERE id = %s",
        "DELETE FROM messaging_line WHERE id = %s",
        "SELECT id FROM messaging_line WHERE id = %s FOR UPDATE",
    ],
)
def test_a_practice_cannot_change_a_hosts_line(hosted: Hosted, change: str) -> None:
    before = hosted.one("SELECT * FROM messaging_line WHERE id = %s", hosted.line)
    assert hosted.acting([hosted.a], change, hosted.line) == 0
    assert hosted.acting([hosted.a, hosted.b], change, hosted.line) == 0
    assert hosted.one("SELECT * FROM messaging_line WHERE id = %s", hosted.line) == before


def test_a_practice_cannot_take_a_hosts_line_nor_give_it_one(hosted: Hosted) -> None:
    make_line_of(hosted.a)
    take = "UPDATE messaging_line SET owner_id = %s WHERE id = %s"
    assert hosted.acting([hosted.a], take, hosted.a, hosted.line) == 0
    with pytest.raises(DENIED, match="row-level security"):
        hosted.acting([hosted.a], "UPDATE messaging_line SET owner_id = NULL WHERE owner_id = %s",
                      hosted.a)  # fmt: skip
    with pytest.raises(DENIED, match="row-level security"):
        hosted.acting(
            [hosted.a],
            "INSERT INTO messaging_line (id, channel, carrier, address, sealed_settings, allowance,"
            " trouble, active, created_at) SELECT gen_random_uuid(), channel, carrier, 'x',"
            " sealed_settings, 0, '', true, created_at FROM messaging_line WHERE id = %s",
            hosted.line,
        )


def make_line_of(practice: UUID) -> UUID:
    from tests.builders import practice_of

    return make_line(practice_of(practice)).line_id


def test_a_practice_changes_its_own_line(hosted: Hosted) -> None:
    line = make_line_of(hosted.a)
    pause = "UPDATE messaging_line SET active = false WHERE id = %s"
    assert hosted.acting([hosted.a], pause, line) == 1
    assert hosted.acting([hosted.b], pause, line) == 0


def test_a_worker_lets_a_hosts_line_wait_and_eases_it(hosted: Hosted) -> None:
    assert hosted.pause(acting=[hosted.a], line=hosted.line) == (UNTIL, "Too many requests.")
    hosted.acting([hosted.b], "SELECT door_ease_lines(%s)", [hosted.line])
    said = hosted.one("SELECT paused_until, trouble FROM messaging_line WHERE id = %s", hosted.line)
    assert said == (UNTIL, "")


def test_a_line_waits_no_shorter_than_it_was_told_before(hosted: Hosted) -> None:
    hosted.pause(acting=[hosted.a], line=hosted.line)
    hosted.acting([hosted.a], PAUSE, [hosted.line], [NOW], ["Again."])
    said = hosted.one("SELECT paused_until, trouble FROM messaging_line WHERE id = %s", hosted.line)
    assert said == (UNTIL, "Again.")


def test_the_doors_pause_no_line_that_none_of_these_practices_uses(hosted: Hosted) -> None:
    anothers = make_line_of(hosted.b)
    assert hosted.pause(acting=[hosted.a], line=anothers) == (None, "")
    assert hosted.pause(acting=[], line=hosted.line) == (None, "")
    assert hosted.pause(acting=[hosted.b], line=anothers) == (UNTIL, "Too many requests.")
    hosted.acting([hosted.a], "SELECT door_ease_lines(%s)", [anothers])
    assert hosted.one("SELECT trouble FROM messaging_line WHERE id = %s", anothers) != ("",)


def test_the_installation_makes_and_switches_off_the_hosts_lines(hosted: Hosted) -> None:
    lines.ensure_host_lines([HostLine("sms", "twilio", "+15005550009", {"account_sid": "AC"})])
    found = hosted.admin.execute(
        "SELECT address, active FROM messaging_line WHERE owner_id IS NULL ORDER BY address"
    ).fetchall()
    assert found == [("+15005550006", False), ("+15005550009", True)]


async def test_too_many_requests_pause_the_hosts_line_until_the_carrier_said(
    hosted: Hosted, clean_database: Database
) -> None:
    engine = await Engine.connect(clean_database, NOW)
    at = NOW + timedelta(days=7)
    await sync_to_async(_one_reminder)(hosted.a, at)
    await engine.plan()
    engine.now = at - timedelta(days=1)
    engine.carrier.answers = [Answer(Outcome.NOT_SENT, retry_after=90, words="Too many requests.")]

    assert await engine.deliver() == []

    state = "SELECT paused_until, trouble FROM messaging_line WHERE id = %s"
    assert hosted.one(state, hosted.line) == (
        engine.now + timedelta(seconds=90), "Too many requests."
    )  # fmt: skip
    engine.advance(seconds=89)
    assert await engine.deliver() == []
    engine.advance(seconds=2)
    assert len(await engine.deliver()) == 1
    assert hosted.one(state, hosted.line)[1] == ""
    await engine.db.close()


def _one_reminder(practice_id: UUID, at: Any) -> None:
    from tests.builders import practice_of

    practice = practice_of(practice_id)
    settings.change(practice_id, SYSTEM, messaging_enabled=True, quiet_hours=None)
    make_appointment(practice, make_client(practice), at=at)
    make_rule(practice)
    with acting_for(practice_id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messaging_practiceline")
        assert cursor.fetchone()[0] == 1
