"""When our HTTP client opens, keeps and closes connections, and what it knows when one fails."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from carepost.carriers.http import pool, wire
from carepost.carriers.http.answers import Doubt, NotSent, Response, Unanswered, Unreached
from carepost.carriers.http.client import Client
from carepost.carriers.http.origin import origin_of
from carepost.carriers.http.pool import Pool
from carepost.carriers.http.wire import Wire
from tests.carriers.http_far_end import CUT, FOREVER, OK, FarEnd, Step, far_end, ok, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


BOTH_LOOPS = True


async def ask(client: Client, end: FarEnd, target: str = "/", seconds: float = 5) -> Response:
    return await client.post(end.origin, target.encode(), b"", b"a=b", timeout=seconds)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


# Kept connections


async def test_the_connection_used_last_is_used_first_and_the_others_close_when_idle() -> None:
    async with far_end(lambda *_: (0.02, OK)) as end:
        client = Client(idle=0.15)
        await asyncio.gather(*(ask(client, end) for _ in range(5)))
        assert end.connections == 5
        for _ in range(20):
            await ask(client, end)
        assert client.connections(end.origin) == 1
        assert end.connections == 5
        await until(lambda: client.connections(end.origin) == 0)
        await client.close()


async def test_a_connection_that_the_server_closed_is_forgotten_before_it_is_used() -> None:
    async with far_end(ok) as end:
        client = Client()
        await ask(client, end)
        end.hang_up()
        await until(lambda: client.connections(end.origin) == 0)
        assert (await ask(client, end)).body == b"ok"
        assert end.connections == 2
        await client.close()


async def test_a_word_that_nobody_asked_for_ends_the_connection() -> None:
    async with far_end(ok) as end:
        client = Client()
        await ask(client, end)
        end.writers[0].write(b"HTTP/1.1 408 Too slow\r\n\r\n")
        await until(lambda: client.connections(end.origin) == 0)
        assert (await ask(client, end)).status == 200
        await client.close()


async def test_a_goodbye_that_came_while_we_were_busy_is_seen_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "STALE", 0.05)
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            line, _ = listener.accept()
            heard.append(line.recv(1000))
            line.sendall(OK)
            line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = Client()
    origin = origin_of(f"http://127.0.0.1:{listener.getsockname()[1]}")
    for _ in range(2):
        assert (await client.post(origin, b"/", b"", b"", timeout=5)).body == b"ok"
        time.sleep(0.1)  # the loop sees nothing of the goodbye
    await client.close()
    thread.join(5)
    listener.close()
    assert len(heard) == 2


async def test_a_cut_on_a_kept_connection_leaves_doubt_and_is_not_asked_again() -> None:
    async with far_end(lambda n, _: (CUT,) if n else (OK,)) as end:
        client = Client()
        await ask(client, end)
        with pytest.raises(Unanswered) as doubt:
            await ask(client, end)
        assert doubt.value.why is Doubt.CUT
        await asyncio.sleep(0.02)
        assert (len(end.targets), end.connections) == (2, 1)
        await client.close()


@pytest.mark.parametrize(("first", "second"), [(5, 0.1), (0.15, 0.3)])
async def test_patience_is_each_requests_own_on_one_connection(first: float, second: float) -> None:
    async with far_end(lambda n, _: (FOREVER,) if n else (OK,)) as end:
        client = Client()
        await ask(client, end, seconds=first)
        began = time.monotonic()
        async with asyncio.timeout(2):
            with pytest.raises(Unanswered) as doubt:
                await ask(client, end, seconds=second)
        assert doubt.value.why is Doubt.TIME
        assert second - 0.01 < time.monotonic() - began < second + 0.5
        assert end.connections == 1
        await client.close()


async def test_an_answer_before_the_whole_request_went_out_ends_the_connection() -> None:
    heard = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1000)
    origin = origin_of(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    client = Client()
    for _ in range(2):
        got = await client.post(origin, b"/", b"", b"a" * 20_000_000, timeout=5)
        assert got.status == 413
    await client.close()
    server.close()
    assert heard == 2


# Who waits


async def test_no_more_connections_than_the_limit_and_who_waits_is_served_in_order() -> None:
    async with far_end(lambda *_: (0.005, OK)) as end:
        client = Client(limit=1)
        await asyncio.gather(*(ask(client, end, f"/{i}") for i in range(20)))
        assert end.targets == [f"/{i}" for i in range(20)]
        assert end.connections == 1
        await client.close()


async def test_the_line_of_those_who_wait_has_an_end() -> None:
    async with far_end(silent) as end:
        client = Client(limit=1, waiting=1)
        first = asyncio.create_task(ask(client, end, seconds=1))
        await until(lambda: bool(end.targets))
        gives_up = asyncio.create_task(ask(client, end))
        await asyncio.sleep(0)
        gives_up.cancel()
        await asyncio.sleep(0)
        waits = asyncio.create_task(ask(client, end, seconds=0.2))
        await asyncio.sleep(0)
        began = time.monotonic()
        with pytest.raises(NotSent) as failure:
            await ask(client, end)
        assert failure.value.why is Unreached.BUSY
        assert time.monotonic() - began < 0.1
        assert not waits.done()
        await asyncio.gather(first, waits, return_exceptions=True)
        assert len(end.targets) == 1
        await client.close()


async def test_few_connections_are_opened_at_a_time_and_all_that_are_wanted_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "OPENING_AT_ONCE", 2)
    async with far_end(lambda *_: (0.3, OK)) as end:
        client = Client(limit=9)
        tasks = [asyncio.create_task(ask(client, end)) for _ in range(9)]
        await asyncio.sleep(0)
        assert client.connections(end.origin) == 2
        await until(lambda: len(end.targets) == 9)
        assert not any(task.done() for task in tasks)
        await asyncio.gather(*tasks)
        await client.close()


async def test_a_connection_that_was_lost_as_it_opened_is_no_connection() -> None:
    class Nobody:
        def give(self, wire: Wire) -> None: ...
        def lost(self, wire: Wire) -> None: ...

    async def dial(new: Callable[[], Wire]) -> Wire:
        return Wire(Nobody(), asyncio.get_running_loop())

    connections = Pool(dial, limit=1, idle=1, waiting=1)
    for _ in range(2):
        with pytest.raises(NotSent):
            await connections.take(asyncio.get_running_loop().time() + 1)
        assert connections.empty


async def test_waiting_in_vain_sent_nothing() -> None:
    async with far_end(silent) as end:
        client = Client(limit=1)
        first = asyncio.create_task(ask(client, end, seconds=0.5))
        await until(lambda: bool(end.targets))
        with pytest.raises(NotSent):
            await ask(client, end, seconds=0.1)
        with pytest.raises(Unanswered):
            await first
        assert len(end.targets) == 1
        await client.close()


async def test_a_connection_that_comes_too_late_goes_to_the_next_and_not_to_waste() -> None:
    async with far_end(ok) as end:
        client = Client(limit=1)
        await ask(client, end)
        connections = client._pools[end.origin]
        only = connections.kept()
        assert only is not None
        late = asyncio.create_task(connections.take(asyncio.get_running_loop().time() + 0.05))
        await asyncio.sleep(0)
        connections.give(only)
        time.sleep(0.1)  # the loop is busy while the time passes
        with pytest.raises(NotSent):
            await late
        assert connections.kept() is only
        await client.close()


async def test_who_gives_up_leaves_the_place_to_others() -> None:
    async with far_end(lambda n, _: (OK,) if n else (FOREVER,)) as end:
        client = Client(limit=1)
        first = asyncio.create_task(ask(client, end, "/first"))
        await until(lambda: bool(end.targets))
        waiting = [asyncio.create_task(ask(client, end, f"/{i}")) for i in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        first.cancel()
        got = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(got[0], asyncio.CancelledError)
        assert end.targets == ["/first", "/1", "/2"]
        assert client.connections(end.origin) <= 1
        await client.close()


async def test_whatever_happens_each_request_arrives_at_most_once_and_what_we_know_is_true() -> (
    None
):
    """Answers, cuts, silence and people who give up, in a seeded order: NotSent is never heard by
    the far end, an answer always was, and no connection or place is lost."""
    chance = random.Random(7)
    replies: list[Sequence[Step]] = [
        (OK,), (OK,), (0.005, OK), (CUT,), (OK, CUT), (FOREVER,), (0.3, OK), (OK, 0.002, CUT),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",), (b"rubbish",),
    ]  # fmt: skip
    async with far_end(lambda *_: chance.choice(replies)) as end:
        client = Client(limit=7, idle=0.02)

        async def one(number: int) -> str:
            await asyncio.sleep(chance.random() * 0.6)
            try:
                async with asyncio.timeout(0.05 if number % 7 == 0 else 5):
                    await client.post(
                        end.origin, b"/%d" % number, b"", b"", timeout=0.2, connect_timeout=0.1
                    )
            except NotSent:
                return "not sent"
            except Unanswered:
                return "doubt"
            except TimeoutError:
                return "gave up"
            return "answered"

        known = await asyncio.gather(*(one(number) for number in range(400)))
        heard = Counter(int(target[1:]) for target in end.targets)
        await until(lambda: client.connections(end.origin) == 0)
        assert client._pools[end.origin].empty
        assert client._pools[end.origin]._opening == 0
        await client.close()
    assert max(heard.values()) == 1
    assert set(known) == {"not sent", "doubt", "gave up", "answered"}
    for number, fate in enumerate(known):
        assert heard[number] == 1 or fate != "answered"
        assert heard[number] == 0 or fate != "not sent"
