"""The row and the work of one text message, the same for every SMS peer.

The work: render with liquid, POST to a carrier of Twilio's shape over kept connections, commit the
outcome in PostgreSQL. Nothing else: no gates, no attempts, no trace, no tenancy.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import asyncpg
import orjson
import psycopg
from liquid import Environment

from carriers import ACCOUNT, TOKEN

if TYPE_CHECKING:
    from datetime import datetime

_TEMPLATE = Environment().from_string(
    "Hi {{ client.first_name }}, your visit with {{ appointment.practitioner }} at"
    " {{ practice.name }} is {{ appointment.time }}. Reply 1 to confirm, 2 to cancel."
)
_SETTLE = "update msg set status = 'sent', ref = $2, body = $3, sent_at = now() where id = $1"
_FAIL = "update msg set status = 'failed', body = $2 where id = $1"
_CONNECTIONS_A_WORKER = 10

ANY_LEFT = "select exists (select from msg where status <> 'sent')"


def fresh_table(url: str) -> None:
    """Make the table of messages anew, with the partial index that an outbox needs."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists msg")
        connection.execute(
            "create table msg (id bigint primary key, phone text not null,"
            " first_name text not null, visit text not null, status text not null,"
            " send_at timestamptz not null,"
            " attempts int not null default 0, lease timestamptz, ref text, body text,"
            " sent_at timestamptz)"
        )
        connection.execute("create index on msg (send_at) where status = 'queued'")


def seed_table(url: str, n: int, due_at: datetime) -> None:
    """Put in n queued messages due at `due_at`."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "insert into msg (id, phone, first_name, visit, status, send_at)"
            " select g, '+1202555' || g, 'Ann' || g, 'Tuesday, 10:30', 'queued', %s"
            " from generate_series(1, %s) g",
            [due_at, n],
        )
        connection.execute("analyze msg")


@dataclass(frozen=True)
class Sender:
    """A worker's kept connections to the carrier and the database."""

    http: aiohttp.ClientSession
    pool: asyncpg.Pool

    @classmethod
    async def open(cls, url: str, carrier: str, in_flight: int) -> Sender:
        """Open them: up to `in_flight` connections to `carrier`, ten to the database."""
        pool = await asyncpg.create_pool(
            url, min_size=_CONNECTIONS_A_WORKER, max_size=_CONNECTIONS_A_WORKER
        )
        http = aiohttp.ClientSession(
            carrier,
            connector=aiohttp.TCPConnector(limit=in_flight),
            timeout=aiohttp.ClientTimeout(total=30),
            headers={
                "Authorization": aiohttp.BasicAuth(ACCOUNT, TOKEN).encode(),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return cls(http, pool)

    async def send(self, number: int, phone: str, first_name: str, visit: str) -> None:
        """Render, POST and commit one message."""
        body = _TEMPLATE.render(
            client={"first_name": first_name},
            appointment={"time": visit, "practitioner": "Dr. Shaw"},
            practice={"name": "Hill Street Practice"},
        )
        form = urlencode(
            {
                "To": phone,
                "From": "+12025550100",
                "Body": body,
                "StatusCallback": f"https://practice.example/callbacks/{number}",
            }
        ).encode()
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        try:
            async with self.http.post(path, data=form) as answer:
                answer.raise_for_status()
                ref = orjson.loads(await answer.read())["sid"]
        except (aiohttp.ClientError, TimeoutError) as error:
            await self.pool.execute(_FAIL, number, repr(error))
        else:
            await self.pool.execute(_SETTLE, number, ref, body)


def say_ready() -> None:
    """Tell the benchmark that this worker is warm."""
    print("ready", flush=True)


def worker_environment(url: str, carrier: str, in_flight: int, batch: int) -> dict[str, str]:
    """How the benchmark tells a worker process what to do (a password has no place in `ps`)."""
    return {
        "BENCH_DATABASE": url,
        "BENCH_CARRIER": carrier,
        "BENCH_IN_FLIGHT": str(in_flight),
        "BENCH_BATCH": str(batch),
    }


def told() -> tuple[str, str, int, int]:
    """What `worker_environment` said: database, carrier, in flight, batch."""
    get = os.environ.__getitem__
    in_flight, batch = int(get("BENCH_IN_FLIGHT")), int(get("BENCH_BATCH"))
    return get("BENCH_DATABASE"), get("BENCH_CARRIER"), in_flight, batch
