"""Whose rows a transaction may see: row-level security, and the keys that hold it together.

Every table of a practice's rows enables row-level security (`Isolated`), and every foreign key
between such rows carries the practice's id (`SamePractice`), so that no row can point across.
A transaction says for whom it acts by the setting `carepost.practices`; unset, it sees nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from django.db import connection, models, transaction
from django.db.models.constraints import BaseConstraint

from carepost.ground import ids

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

SETTING = "carepost.practices"
VISIBLE = f"ANY ((SELECT string_to_array(current_setting('{SETTING}', true), ',')::uuid[])::uuid[])"
"""The practices of this transaction, read once a statement (the inner SELECT makes it so)."""

# One statement for both: every page of every practice begins with it.
_ACT = """
WITH before AS MATERIALIZED (SELECT current_setting(%s, true) AS practices)
SELECT practices, set_config(%s, %s, true) FROM before
"""


@contextmanager
def acting_for(practice_id: UUID) -> Iterator[None]:
    """A transaction that sees the rows of one practice, and no other's.

    May be nested for the same practice (a savepoint); the former setting comes back after: of
    the outermost by itself, since its end is the transaction's.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ACT, (SETTING, SETTING, str(practice_id)))
            before = cursor.fetchone()[0] or ""
        yield
        if not outermost and before != str(practice_id):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, %s, true)", (SETTING, before))


def practices() -> list[UUID]:
    """The ids of all practices, by a door: for what an installation does to each in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_id FROM door_practices()")
        return [row[0] for row in cursor.fetchall()]


class _SqlConstraint(BaseConstraint):
    """A constraint that is a statement run after the tables of its migration stand."""

    violation_error_message = "This row may not be kept."

    # The types are loose as Django's own are: its schema editor calls these.
    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        self.create_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        # Last, when the tables and keys that the statement names stand.
        schema_editor.deferred_sql.append(self.statement(model))

    def statement(self, model: type[models.Model]) -> str:
        raise NotImplementedError

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database holds this one; there is nothing to ask of an unsaved row."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))


class Isolated(_SqlConstraint):
    """Row-level security on the table: only rows of the practices this transaction acts for."""

    def statement(self, model: type[models.Model]) -> str:
        table, column = model._meta.db_table, owner_column(model)
        return (
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; '
            f'CREATE POLICY "{self.name}" ON "{table}" '
            f'USING ("{column}" = {VISIBLE}) WITH CHECK ("{column}" = {VISIBLE})'
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        return f'DROP POLICY "{self.name}" ON "{model._meta.db_table}"'


class SamePractice(_SqlConstraint):
    """A foreign key that carries the practice: `field` must name a row of the same practice."""

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}

    def statement(self, model: type[models.Model]) -> str:
        field = model._meta.get_field(self.field)
        target = cast("type[models.Model]", field.related_model)
        return (
            f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{self.name}" '
            f'FOREIGN KEY ("practice_id", "{field.column}") '  # type: ignore[union-attr]
            f'REFERENCES "{target._meta.db_table}" ("practice_id", "id") '
            f"ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        return f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"'


def owner_column(model: type[models.Model]) -> str:
    """The column that says whose a row is: `practice_id`, and `id` for the practice itself."""
    return "practice_id" if any(f.name == "practice" for f in model._meta.fields) else "id"


def within(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """A foreign key within one practice. Declare a `SamePractice` for it beside."""
    options.setdefault("on_delete", models.DO_NOTHING)
    options.setdefault("related_name", "+")
    options.setdefault("db_index", False)  # an index is declared where a query needs one
    return models.ForeignKey(to, db_constraint=False, **options)


class PracticeRow(models.Model):
    """A row that belongs to a practice: keyed by UUIDv7, seen by that practice alone."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    practice = models.ForeignKey(
        "practice.Practice", on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["practice", "id"], name="%(class)s_of_practice"),
            Isolated(name="%(class)s_isolated"),
        ]


class PracticeChild(PracticeRow):
    """A row of the hot path that always hangs on another row of its practice.

    That row's composite key proves that the practice exists; checking it again for each message
    would cost more than all else that is written.
    """

    practice = models.ForeignKey(
        "practice.Practice",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


def keys(*constraints: BaseConstraint) -> list[BaseConstraint]:
    """The constraints of a practice's table: those that all have, and its own."""
    return [*PracticeRow._meta.constraints, *constraints]
