"""Signed in as the app role, with one practice's id, and trying everything on another's rows."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.practice.one_of_each import make_practice_with_one_of_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.database import Database

SETTING = "SELECT set_config('carepost.practices', %s, true)"
OWNER_COLUMN = {"practice_practice": "id", "messaging_line": "owner_id"}
DENIED = psycopg.errors.InsufficientPrivilege


class Walls:
    """Two practices with a row in every table, and a connection of the app role's for the first."""

    def __init__(self, database: Database) -> None:
        self.a = make_practice_with_one_of_each().id
        self.b = make_practice_with_one_of_each().id
        self.admin = psycopg.connect(database.admin, autocommit=True, row_factory=dict_row)
        self.app = psycopg.connect(database.app)
        self.columns = OWNER_COLUMN | {
            row["table_name"]: "practice_id"
            for row in self.admin.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'practice_id'"
            )
        }

    def close(self) -> None:
        self.app.close()
        self.admin.close()

    def rows(self, table: str, practice: UUID) -> list[dict[str, Any]]:
        """A practice's rows of a table, as the administrator sees them."""
        query = sql.SQL("SELECT * FROM {} WHERE {} = %s").format(
            sql.Identifier(table), sql.Identifier(self.columns[table])
        )
        return self.admin.execute(query, [practice]).fetchall()

    def attempt(self, query: str, table: str, *values: Any, **names: sql.Composable) -> int:
        """Try a statement for the first practice; says how many rows it touched. Undone after."""
        with self.app.transaction(force_rollback=True):
            self.app.execute(SETTING, [str(self.a)])
            column = sql.Identifier(self.columns[table])
            composed = sql.SQL(query).format(t=sql.Identifier(table), c=column, **names)
            count = self.app.execute(composed, values).rowcount
            self.app.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return count

    def insert(self, table: str, row: dict[str, Any]) -> int:
        values = [Jsonb(v) if isinstance(v, dict) else v for v in row.values()]
        return self.attempt(
            "INSERT INTO {t} ({columns}) VALUES ({holes})",
            table,
            *values,
            columns=sql.SQL(", ").join(map(sql.Identifier, row)),
            holes=sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )


@pytest.fixture
def walls(clean_database: Database) -> Iterator[Walls]:
    with closing(Walls(clean_database)) as made:
        yield made


def test_the_two_practices_have_a_row_in_every_table_and_a_value_in_every_key(
    walls: Walls,
) -> None:
    for table in walls.columns:
        for practice in (walls.a, walls.b):
            assert walls.rows(table, practice), f"let one_of_each.py make a row of {table}"
    for table, column, _ in keys(walls):
        assert any(row[column] for row in walls.rows(table, walls.a)), f"{table}.{column}"


def test_a_transaction_that_acts_for_nobody_sees_nothing(walls: Walls) -> None:
    for setting in (None, "", str(uuid4())):
        for table in walls.columns:
            with walls.app.transaction(force_rollback=True):
                if setting is not None:
                    walls.app.execute(SETTING, [setting])
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                assert walls.app.execute(query).fetchone() == (0,), (table, setting)


def test_anothers_rows_are_neither_read_nor_changed_nor_deleted(walls: Walls) -> None:
    for table in walls.columns:
        assert walls.attempt("SELECT * FROM {t}", table) == len(walls.rows(table, walls.a)), table
        assert walls.attempt("SELECT * FROM {t} WHERE {c} = %s", table, walls.b) == 0, table
        for query in (
            "UPDATE {t} SET {c} = {c} WHERE {c} = %s",
            "DELETE FROM {t} WHERE {c} = %s",
            "SELECT * FROM {t} WHERE {c} = %s FOR UPDATE",
        ):
            # What is only added to may not be changed at all: that is tested by the catalogue.
            with suppress(DENIED):
                assert walls.attempt(query, table, walls.b) == 0, (table, query)


def test_no_row_can_be_made_for_another(walls: Walls) -> None:
    for table in walls.columns:
        row = walls.rows(table, walls.b)[0]
        if table != "practice_practice":
            row["id"] = uuid4()
        with pytest.raises(DENIED, match="row-level security"):
            walls.insert(table, row)


def test_no_row_can_be_given_to_another(walls: Walls) -> None:
    for table in walls.columns:
        with pytest.raises(DENIED, match=r"row-level security|permission denied for table"):
            walls.attempt("UPDATE {t} SET {c} = %s WHERE {c} = %s", table, walls.b, walls.a)


def keys(walls: Walls) -> list[tuple[str, str, str]]:
    """Each (table, column, table it names) between practices' tables."""
    rows = walls.admin.execute(
        "SELECT c.conrelid::regclass::text AS t, a.attname AS col,"
        " c.confrelid::regclass::text AS to FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]"
        " WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 ORDER BY 1, 2"
    )
    return [(row["t"], row["col"], row["to"]) for row in rows]


def test_no_row_can_name_anothers(walls: Walls) -> None:
    assert len(keys(walls)) > 20
    for table, column, target in keys(walls):
        theirs = walls.rows(target, walls.b)[0]["id"]
        row = next(row for row in walls.rows(table, walls.a) if row[column])
        with pytest.raises((psycopg.errors.ForeignKeyViolation, DENIED)) as caught:
            walls.attempt(
                "UPDATE {t} SET {column} = %s WHERE id = %s",
                table,
                theirs,
                row["id"],
                column=sql.Identifier(column),
            )
        if isinstance(caught.value, DENIED):  # only added to: then by adding
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                walls.insert(table, row | {"id": uuid4(), column: theirs})


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "ALTER ROLE {app} BYPASSRLS",
        "ALTER ROLE {app} SUPERUSER",
        "GRANT {owner} TO {app}",
        "ALTER TABLE people_client DISABLE ROW LEVEL SECURITY",
        "DROP POLICY client_isolated ON people_client",
        "CREATE POLICY all_of_it ON people_client USING (true)",
        "CREATE OR REPLACE FUNCTION door_practices() RETURNS TABLE (practice_id uuid)"
        " LANGUAGE sql AS 'SELECT id FROM practice_practice'",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE public.mine (id int)",
        "TRUNCATE people_client CASCADE",
        "TRUNCATE practice_auditentry",
        "SET session_replication_role = replica",
        "COPY people_client TO PROGRAM 'cat'",
        "SELECT pg_read_file('postgresql.conf')",
    ],
)
def test_the_app_role_cannot_switch_the_walls_off(database: Database, statement: str) -> None:
    names = {
        "owner": sql.Identifier(database.owner_role),
        "app": sql.Identifier(database.app_role),
    }
    with psycopg.connect(database.app) as connection:
        with pytest.raises((DENIED, psycopg.errors.InvalidParameterValue)):
            connection.execute(sql.SQL(statement).format(**names))
        connection.rollback()


def test_row_security_switched_off_is_an_error_and_not_a_door(walls: Walls) -> None:
    with walls.app.transaction(force_rollback=True):
        walls.app.execute("SET LOCAL row_security = off")
        with pytest.raises(DENIED, match="row-level security"):
            walls.app.execute("SELECT * FROM people_client")
