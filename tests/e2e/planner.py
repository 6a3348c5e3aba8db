"""The engine's planner run once beside the pages, as a worker does all the time."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from tests.messaging.engine import Engine

if TYPE_CHECKING:
    from datetime import datetime

    from carepost.config.database import Database


def plan(database: Database, now: datetime) -> None:
    """Plan all that changed. In a thread of its own: Playwright runs a loop in the test's."""

    async def step() -> None:
        engine = await Engine.connect(database, now)
        try:
            await engine.plan()
        finally:
            await engine.db.close()

    running = threading.Thread(target=lambda: asyncio.run(step()))
    running.start()
    running.join()
