"""The doors run as the owner: whoever calls them must not choose what they read or run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.database import Database


@pytest.fixture
def app(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.app) as connection:
        yield connection
        connection.rollback()


def test_a_door_reads_no_table_that_its_caller_made(app: psycopg.Connection) -> None:
    app.execute(
        "CREATE TEMP TABLE practice_apitoken AS SELECT gen_random_uuid() AS practice_id,"
        " gen_random_uuid() AS id, '{*}'::varchar[] AS scopes, null::timestamptz AS expires_at,"
        " 'x'::bytea AS digest, null::timestamptz AS revoked_at, gen_random_uuid() AS member_id"
    )
    app.execute(
        "CREATE TEMP TABLE practice_member AS SELECT member_id AS id, true AS active"
        " FROM practice_apitoken"
    )
    app.execute("GRANT ALL ON practice_apitoken, practice_member TO PUBLIC")
    assert app.execute("SELECT * FROM door_token('x')").fetchall() == []


def test_a_door_fires_no_trigger_that_its_caller_made(app: psycopg.Connection) -> None:
    said: list[str] = []
    app.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    app.execute("CREATE TEMP TABLE door_due_lanes (n int, lane_id uuid, line_id uuid, rate float8)")
    app.execute("GRANT ALL ON door_due_lanes TO PUBLIC")
    app.execute(
        "CREATE FUNCTION pg_temp.mine() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE NOTICE 'run by %', current_user; RETURN NULL; END $$"
    )
    app.execute(
        "CREATE TRIGGER mine BEFORE INSERT OR UPDATE OR DELETE ON door_due_lanes"
        " FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.mine()"
    )
    app.execute("SELECT * FROM door_due(clock_timestamp(), 10)")
    assert not any(line.startswith("run by") for line in said)


def test_the_doors_of_signing_in_read_no_table_that_their_caller_made(
    app: psycopg.Connection,
) -> None:
    app.execute(
        "CREATE TEMP TABLE practice_practice AS SELECT gen_random_uuid() AS id, 'Ours' AS name,"
        " 'nobody' AS mfa_required, 60::smallint AS idle_minutes"
    )
    app.execute(
        "CREATE TEMP TABLE practice_member AS SELECT id, id AS practice_id, id AS user_id,"
        " '' AS name, 'owner' AS role, true AS active FROM practice_practice"
    )
    app.execute(
        "CREATE TEMP TABLE practice_invite AS SELECT id, id AS practice_id, 'x'::bytea AS digest"
        " FROM practice_practice"
    )
    app.execute("GRANT ALL ON practice_practice, practice_member, practice_invite TO PUBLIC")
    assert (
        app.execute(
            "SELECT * FROM door_memberships((SELECT id FROM pg_temp.practice_practice))"
        ).fetchall()
        == []
    )
    assert app.execute("SELECT * FROM door_invite('x')").fetchall() == []
