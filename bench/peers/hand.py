"""The outbox by hand: asyncio, asyncpg, aiohttp, uvloop; what a good engineer writes in a week.

Claim a batch with SKIP LOCKED, send its messages together, commit each as its answer comes; the
next batch is claimed as soon as there is room for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import uvloop

from contestant import Contestant, Setup
from peers import text_message

if TYPE_CHECKING:
    from datetime import datetime

    from processes import Child

_CLAIM = """
with due as (
    select id from msg where status = 'queued' and send_at <= now()
    order by send_at limit $1 for update skip locked
)
update msg set status = 'sending', attempts = attempts + 1, lease = now() + interval '2 minutes'
from due where msg.id = due.id
returning msg.id, msg.phone, msg.first_name, msg.visit
"""
_IDLE_SECONDS = 0.05


class Hand(Contestant):
    """The outbox by hand."""

    name = "outbox by hand"
    job = "sms"
    seeding_rate = 30_000

    @classmethod
    def setups(cls, latency: float) -> list[Setup]:
        """With one worker and with two."""
        if latency == 0:
            return [Setup(1, 50, 200), Setup(2, 50, 200)]
        return [Setup(2, 600, 200), Setup(1, 600, 200)]

    def fresh(self) -> None:
        """The table of messages."""
        text_message.fresh_table(self.url)

    def start_workers(self) -> list[Child]:
        """Its workers."""
        return text_message_workers(self, "peers.hand")

    def seed(self, n: int, due_at: datetime) -> None:
        """Rows of the table are the queue."""
        text_message.seed_table(self.url, n, due_at)

    @property
    def any_left(self) -> str:
        """By the message's own status."""
        return text_message.ANY_LEFT


def text_message_workers(contestant: Contestant, module: str) -> list[Child]:
    """Start `module` as the worker of an SMS peer, as often as its setup says."""
    setup, port = contestant.setup, contestant.carrier.port
    environment = text_message.worker_environment(
        contestant.url, f"http://127.0.0.1:{port}", setup.in_flight, setup.batch
    )
    workers = [
        contestant.children.start_python(module, environment=environment)
        for _ in range(setup.workers)
    ]
    for worker in workers:
        worker.wait_for("ready")
    return workers


async def work() -> None:
    """The worker: claims and sends until it is ended."""
    url, carrier, in_flight, batch = text_message.told()
    sender = await text_message.Sender.open(url, carrier, in_flight)
    room = asyncio.Semaphore(in_flight)
    sending: set[asyncio.Task[None]] = set()

    async def send(row: tuple[int, str, str, str]) -> None:
        try:
            await sender.send(*row)
        finally:
            room.release()

    text_message.say_ready()
    while True:
        rows = await sender.pool.fetch(_CLAIM, batch)
        if not rows:
            await asyncio.sleep(_IDLE_SECONDS)
        for row in rows:
            await room.acquire()
            task = asyncio.create_task(send(tuple(row)))
            sending.add(task)
            task.add_done_callback(sending.discard)


if __name__ == "__main__":
    uvloop.run(work())
