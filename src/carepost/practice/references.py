"""Which rows others name by a key, whoever they are: what may not be taken away.

Asked of the database's own catalogue, so that a table of a layer above is met too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import Model

_KEYS = """
SELECT k.conrelid::regclass::text, quote_ident(a.attname)
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
WHERE k.contype = 'f' AND k.confrelid = %s::regclass AND cardinality(k.conkey) = 2
ORDER BY 1, 2
"""


def named(
    model: type[Model],
    practice_id: UUID,
    ids: Collection[UUID],
    *,
    apart_from: Collection[type[Model]] = (),
) -> set[UUID]:
    """Those of the rows that a row of another table names; `apart_from` those of these models."""
    if not ids:
        return set()
    ignored = {other._meta.db_table for other in apart_from}
    found: set[UUID] = set()
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [model._meta.db_table])
        for table, column in cursor.fetchall():
            if table.strip('"') in ignored:
                continue
            cursor.execute(
                f"SELECT DISTINCT {column} FROM {table}"  # noqa: S608 (names from the catalogue)
                f" WHERE practice_id = %s AND {column} = ANY (%s)",
                [practice_id, list(ids)],
            )
            found.update(row[0] for row in cursor.fetchall())
    return found
