"""The engine for what a board shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import NOW
from tests.messaging.engine import Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from carepost.config.database import Database


@pytest.fixture
async def engine(clean_database: Database) -> AsyncIterator[Engine]:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()
