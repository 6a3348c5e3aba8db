"""The simulation's database: emptied between seeds, with a record of every move of a message."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.database import Database

_MOVES = """
CREATE TABLE sim_moves (n bigserial PRIMARY KEY, message_id uuid, old text, new text);
CREATE FUNCTION sim_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO sim_moves (message_id, old, new)
  VALUES (NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.status ELSE '' END, NEW.status);
  RETURN NULL;
END $$;
CREATE TRIGGER sim_insert AFTER INSERT ON messaging_message
  FOR EACH ROW EXECUTE FUNCTION sim_move();
CREATE TRIGGER sim_update AFTER UPDATE ON messaging_message
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sim_move();
"""
_NO_MOVES = """
DROP TRIGGER IF EXISTS sim_insert ON messaging_message;
DROP TRIGGER IF EXISTS sim_update ON messaging_message;
DROP FUNCTION IF EXISTS sim_move();
DROP TABLE IF EXISTS sim_moves;
"""
_KEPT = ["django_migrations", "django_content_type", "auth_permission"]


@contextmanager
def watched(database: Database) -> Iterator[psycopg.Connection]:
    """The administrator's connection, with moves kept in `sim_moves` while it is open."""
    with psycopg.connect(database.admin, autocommit=True) as watch:
        watch.execute(_NO_MOVES + _MOVES)
        try:
            yield watch
        finally:
            watch.execute(_NO_MOVES)


def empty(watch: psycopg.Connection) -> None:
    """Take all rows away, and begin the numbers anew."""
    found = watch.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace AND relname <> ALL (%s) ORDER BY relname",
        [_KEPT],
    ).fetchall()
    tables = sql.SQL(", ").join(sql.Identifier(name) for (name,) in found)
    watch.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
