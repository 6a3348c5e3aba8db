"""Many rows at once: copied into a table of this transaction, and moved on by one statement.

PostgreSQL takes no COPY into a table with row-level security, hence the step between.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

STAGE = "demo_rows"


def insert(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    db: BaseDatabaseWrapper | None = None,
) -> None:
    """Insert rows; what `columns` leaves out is the field's default. In the caller's transaction.

    A row whose place is taken, such as a visit at a time that has another by now, is left out.
    `db`: this thread's connection, if no other is given. `Any`: what the columns hold.
    """
    db = db or connections["default"]
    with staged(db, model, columns, rows):
        move_in(db, model, columns)


@contextmanager
def staged(
    db: BaseDatabaseWrapper,
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    more: dict[str, str] | None = None,
) -> Iterator[None]:
    """Within, `rows` stand in the table STAGE: the model's `columns`, then `more` (name: type)."""
    types = {field.column: field.db_type(db) for field in model._meta.concrete_fields}
    wanted = {name: types[name] for name in columns} | (more or {})
    declared = ", ".join(f'"{name}" {type_}' for name, type_ in wanted.items())
    with db.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {STAGE} ({declared})")
        with cursor.copy(f"COPY {STAGE} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {STAGE}")
        yield
        cursor.execute(f"DROP TABLE {STAGE}")


def move_in(
    db: BaseDatabaseWrapper,
    model: type[Model],
    columns: Sequence[str],
    instead: dict[str, str] | None = None,
) -> None:
    """Insert what is staged; `instead`: SQL for a column in place of what was staged."""
    given: dict[str, Any] = {}
    chosen = {name: f'"{name}"' for name in columns} | (instead or {})
    for field in model._meta.concrete_fields:
        name = str(field.column)
        if name not in chosen:
            chosen[name] = f"%({name})s"
            given[name] = field.get_db_prep_save(field.get_default(), db)
    names = ", ".join(f'"{name}"' for name in chosen)
    with db.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) '  # noqa: S608 -- the models' names
            f"SELECT {', '.join(chosen.values())} FROM {STAGE} ORDER BY id ON CONFLICT DO NOTHING",
            given,
        )


def check(db: BaseDatabaseWrapper) -> None:
    """Have the keys of all that was written looked up now, rather than all of them at the end."""
    with db.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def take_stock() -> None:
    """Let the planner of PostgreSQL know what is there by now: as the owner, after the commit."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
