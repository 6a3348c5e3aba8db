"""What arm would read of messages at this moment, over the page's own connection."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg
from django.db import connection

from carepost.messaging.outbound.arm_row import Row
from carepost.messaging.outbound.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def rows_of(message_ids: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """The rows of each message, one for each visit it is about, in one statement.

    Runs in the caller's transaction, which acts for their practice.
    """
    ids = list(message_ids)
    found: dict[UUID, list[Row]] = defaultdict(list)
    if not ids:
        return found
    connection.ensure_connection()
    # Bound by the server and binary, as arm's are, and as Django's own cursors are not.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement("arm", "facts"), {"ids": ids}, binary=True)
        for values in cursor.fetchall():
            row = Row(*values)
            found[row.id].append(row)
    return found
