"""A far end on a loopback port that answers HTTP as a test says, byte for byte."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepost.carriers.http.origin import Origin, origin_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Sequence

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CUT = "cut"
Step = bytes | float | str  # bytes to write, seconds to wait, CUT
FOREVER = 3600.0


def ok(number: int, target: str) -> Sequence[Step]:
    """Answers with 200, always."""
    return (OK,)


def silent(number: int, target: str) -> Sequence[Step]:
    """Takes a request and says nothing."""
    return (FOREVER,)


@dataclass
class FarEnd:
    """`targets` of the requests it was given whole, in order; `closed`: connections that ended."""

    origin: Origin
    connections: int = 0
    closed: int = 0
    targets: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def hang_up(self) -> None:
        """Close every connection, as a server does with idle ones."""
        for writer in self.writers:
            writer.close()


@asynccontextmanager
async def far_end(
    answers: Callable[[int, str], Sequence[Step]], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FarEnd]:
    """A server whose answer to request `number` (from 0) for `target` is `answers(number, …)`."""
    end = FarEnd(origin_of("http://127.0.0.1:1"))
    tasks: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end.connections += 1
        end.writers.append(writer)
        tasks.add(asyncio.current_task())
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
                end.bodies.append(await reader.readexactly(int(length or "0")))
                target = head.split(" ")[1]
                end.targets.append(target)
                end.heads.append(head)
                for step in answers(len(end.targets) - 1, target):
                    if isinstance(step, bytes):
                        writer.write(step)
                        await writer.drain()
                    elif isinstance(step, float):
                        await asyncio.sleep(step)
                    else:
                        return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the test is over, or the client has hung up
        finally:
            end.closed += 1
            writer.close()

    if tls is not None:
        tls.sni_callback = lambda _, name, __: end.server_names.append(name)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    host = "localhost" if tls else "127.0.0.1"
    end.origin = origin_of(f"{'https' if tls else 'http'}://{host}:{port}")
    try:
        yield end
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)
