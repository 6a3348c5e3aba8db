"""The worker's process: the one loop, begun again whenever the database was away."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

import psycopg
import uvloop
from django.conf import settings

from carepost.messaging import worker

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.3
LAST_SECONDS = 8  # after the request to end; what is amid a hand-over is found again by its lease


def work_until_told_to_end() -> None:
    """Returns after SIGTERM or SIGINT, with what was being handed over settled."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work())


async def _work() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, stop)
    away = False
    while not stop.is_set():
        try:
            await worker.work(settings.DATABASE.app, stop=stop)
            away = False
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
            if not away:
                # The kind only: the words may quote what was being stored.
                logger.warning("The database went away (%s).", type(error).__name__)
            away = True
            await _pause(stop)


def _end(stop: asyncio.Event) -> None:
    stop.set()
    signal.alarm(LAST_SECONDS)  # whatever hangs, hangs no longer than this


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), RETRY_SECONDS)
