"""The worker's connection: as the app role, and with plans that never depend on a batch's values.

PostgreSQL plans a prepared statement anew while it guesses that this pays. For a batch of 500 ids
and a practice of 6,000 messages it then walked all 6,000 to join them. With one generic plan for
all batches it reaches every row by its key, whatever the tables' sizes and however stale their
statistics; `tests/messaging/outbound/test_plans.py` pins it on a million messages.
"""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

SETTINGS = "-c plan_cache_mode=force_generic_plan -c jit=off"
CONNECT_SECONDS = 5


async def connect(dsn: str) -> AsyncConnection[Any]:
    """A connection for the worker's steps. Raises psycopg.OperationalError."""
    return await AsyncConnection.connect(
        dsn, autocommit=True, connect_timeout=CONNECT_SECONDS, options=SETTINGS
    )
