"""The table of statuses in code, and the trigger in the database, are one and the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from carepost.messaging.status import FIRST, MOVES, Status, may_follow

if TYPE_CHECKING:
    from carepost.config.database import Database


@pytest.fixture(scope="module")
def trigger(database: Database) -> str:
    """The source of the live trigger's function."""
    with psycopg.connect(database.admin) as connection:
        row = connection.execute(
            "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = 'messaging_message'::regclass"
            " AND t.tgname = 'message_status_update'"
            " AND t.tgenabled = 'O'"
        ).fetchone()
    assert row
    return str(row[0])


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"'(\w+)'", text))


def test_the_live_trigger_allows_the_moves_of_the_table_and_no_others(trigger: str) -> None:
    found = {
        old: _words(new) for old, new in re.findall(r"WHEN '(\w+)' THEN ARRAY\[([^\]]*)\]", trigger)
    }

    assert found == {str(old): frozenset(map(str, new)) for old, new in MOVES.items() if new}


def test_the_live_trigger_lets_a_message_begin_as_the_table_does(trigger: str) -> None:
    first = re.search(r"NEW\.status IN \(([^)]*)\)", trigger)

    assert first
    assert _words(first[1]) == frozenset(map(str, FIRST))


def test_the_database_refuses_whatever_the_table_does_not_allow(database: Database) -> None:
    with psycopg.connect(database.admin) as connection:
        connection.execute("CREATE TEMP TABLE one (status text) ON COMMIT DROP")
        connection.execute(
            "CREATE TRIGGER moves BEFORE UPDATE OF status ON one FOR EACH ROW"
            " WHEN (OLD.status IS DISTINCT FROM NEW.status)"
            " EXECUTE FUNCTION message_status_moves()"
        )
        for old in Status:
            for new in Status:
                assert _allows(connection, old, new) == may_follow(old, new), (old, new)


def _allows(connection: psycopg.Connection, old: Status, new: Status) -> bool:
    """Whether the trigger lets a row move so; the row is taken away again."""
    with connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE one DISABLE TRIGGER moves")
        connection.execute("INSERT INTO one VALUES (%s)", [old])
        connection.execute("ALTER TABLE one ENABLE TRIGGER moves")
        try:
            with connection.transaction():
                connection.execute("UPDATE one SET status = %s", [new])
        except psycopg.errors.CheckViolation:
            return False
        return True
