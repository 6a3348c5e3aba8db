"""PgQueuer: a job queue on PostgreSQL, its jobs fetched and logged in batches.

Every message is a job of its own, planned ahead with `execute_after`, so enqueueing costs
it nothing in the time that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import orjson
import psycopg
import uvloop
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from contestant import Contestant, Setup
from peers import text_message
from peers.hand import text_message_workers

if TYPE_CHECKING:
    from pgqueuer.models import Job

    from processes import Child

_ENTRYPOINT = "send"
_ENQUEUE_AT_ONCE = 1000


class PgQueuer(Contestant):
    """PgQueuer, with its own batches and durable tables."""

    name = "PgQueuer"
    job = "sms"
    seeding_rate = 7_000

    @classmethod
    def setups(cls, latency: float) -> list[Setup]:
        """With one worker and with two; `in_flight` bounds the connections to the carrier."""
        setup = (50, 25) if latency == 0 else (400, 200)
        return [Setup(2, *setup), Setup(1, *setup)]

    def fresh(self) -> None:
        """The table of messages, and PgQueuer's own tables."""
        text_message.fresh_table(self.url)
        asyncio.run(_install(self.url))

    def start_workers(self) -> list[Child]:
        """Its workers."""
        return text_message_workers(self, "peers.pgqueuer")

    def seed(self, n: int, due_at: datetime) -> None:
        """Rows of the table, and a job for each."""
        text_message.seed_table(self.url, n, due_at)
        asyncio.run(_enqueue(self.url, due_at))

    @property
    def any_left(self) -> str:
        """By the message's own status: the job's is written later, in batches."""
        return text_message.ANY_LEFT


async def _install(url: str) -> None:
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        with contextlib.suppress(asyncpg.PostgresError):  # there is nothing to remove at first
            await queries.uninstall()
        await queries.install()


async def _enqueue(url: str, due_at: datetime) -> None:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select id, phone, first_name, visit from msg").fetchall()
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        for start in range(0, len(rows), _ENQUEUE_AT_ONCE):
            part = rows[start : start + _ENQUEUE_AT_ONCE]
            count = len(part)
            wait: timedelta | None = due_at - datetime.now(UTC)
            await queries.enqueue(
                [_ENTRYPOINT] * count,
                [orjson.dumps(row) for row in part],
                [0] * count,
                [wait] * count,
            )
        await pool.execute("analyze pgqueuer")


async def work() -> None:
    """The worker: takes jobs until it is ended."""
    url, carrier, in_flight, batch = text_message.told()
    sender = await text_message.Sender.open(url, carrier, in_flight)
    pool = await asyncpg.create_pool(url, min_size=2, max_size=4)
    manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))

    @manager.entrypoint(_ENTRYPOINT)
    async def send(job: Job) -> None:
        assert job.payload is not None
        await sender.send(*orjson.loads(job.payload))

    text_message.say_ready()
    await manager.run(batch_size=batch, dequeue_timeout=timedelta(seconds=0.5))


if __name__ == "__main__":
    uvloop.run(work())
