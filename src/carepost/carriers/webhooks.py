"""Where a carrier tells what became of a message. What it says is on disk before it is answered.

1. The URL names carrier, line and attempt; the attempt tells whose practice it is. A URL that names
   no such attempt, or another line or carrier than its own, is not found.
2. The adapter checks the signature. Forged: 403, nothing is stored, and the audit trail says so.
3. What is understood becomes a receipt, which a worker applies. The same one again does no harm.

An ASGI application beside Django, without its ORM: as many of these come in as messages go out.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import psycopg
from django.db import Error as DjangoError
from psycopg_pool import AsyncConnectionPool

from carepost.carriers.accounts import Accounts
from carepost.carriers.registry import UnknownCarrier, carrier_for
from carepost.ground import clock, ids
from carepost.messaging.carrier import BadSignature

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from carepost.messaging import carrier as port

    Message = MutableMapping[str, Any]  # ASGI's own: values of many types
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger(__name__)

AWAY = (psycopg.Error, DjangoError)

LARGEST = 64 * 1024  # bytes; Twilio's have about 500
CONNECTIONS = 8
WAIT_SECONDS = 3.0  # then the carrier is told to call again (RULES D4)

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PATH = re.compile(f"/hooks/([a-z0-9_]{{1,20}})/({_UUID})/({_UUID})")
_PRACTICE = "SELECT practice_id FROM door_attempt(%s) WHERE line_id = %s"
_ACT_FOR = f"SELECT set_config('carepost.practices', ({_PRACTICE})::text, true)"
_STORE = (
    "INSERT INTO messaging_receipt"
    " (practice_id, attempt_id, id, at, event, carrier_ref, code, words, blame)"
    " SELECT practice_id, %s, %s, %s, %s, %s, %s, %s, %s FROM door_attempt(%s) WHERE line_id = %s"
)


@dataclass(frozen=True, slots=True)
class Callback:
    """One request, read whole. `url` is what the carrier was given to call, and signed."""

    carrier: str
    line_id: UUID
    attempt_id: UUID
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and, unless it is 204, why: a title and a sentence."""

    status: int
    title: str = ""
    detail: str = ""


STORED = Reply(204)
UNKNOWN = Reply(404, "Not found", "No message of ours belongs to this address.")
FORGED = Reply(403, "Forged", "The signature is not this carrier's.")
NOT_UNDERSTOOD = Reply(400, "Not understood", "The callback says nothing that we know.")
ONLY_POST = Reply(405, "Only POST", "A callback is posted.")
TOO_LARGE = Reply(413, "Too large", "A callback has at most 64 KiB.")
NOT_NOW = Reply(503, "Not now", "The database does not answer. Call again soon.")


class Webhooks:
    """The application. `dsn` signs in as the app role; `base_url` is ours, without a slash.

    `wait`: how many seconds a callback waits for a connection to the database.
    """

    def __init__(self, dsn: str, base_url: str, *, wait: float = WAIT_SECONDS) -> None:
        self._dsn, self._base_url, self._wait = dsn, base_url, wait
        self._accounts = Accounts()
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        body = await _body(receive)
        if body is None:
            return  # whoever called has gone
        await _answer(send, await self._reply(scope, body))

    async def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def _reply(self, scope: Mapping[str, Any], body: bytes) -> Reply:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            return UNKNOWN
        if scope["method"] != "POST":
            return ONLY_POST
        if len(body) > LARGEST:
            return TOO_LARGE
        query = scope.get("query_string", b"").decode("latin-1")
        callback = Callback(
            carrier=match[1],
            line_id=UUID(match[2]),
            attempt_id=UUID(match[3]),
            url=f"{self._base_url}{scope['path']}{'?' + query if query else ''}",
            headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
            body=body,
        )
        try:
            return await self._take(callback)
        except AWAY:
            # The database may have restarted: let go of what is broken, and try once more.
            await (await self._open()).check()
        try:
            return await self._take(callback)
        except AWAY as error:
            # What is not stored is not accepted: whoever calls will call again.
            logger.warning("A callback could not be stored (%s).", type(error).__name__)
            return NOT_NOW

    async def _take(self, callback: Callback) -> Reply:
        known = self._accounts.kept(callback.line_id)
        if known is None:
            practice_id = await self._practice_of(callback)
            if practice_id is None:
                return UNKNOWN
            known = await self._accounts.look_up(practice_id, callback.line_id)
        if known.carrier != callback.carrier:
            return UNKNOWN
        try:
            word = carrier_for(callback.carrier).read_callback(
                known.account, callback.url, callback.headers, callback.body
            )
        except BadSignature:
            return await self._forged(callback)
        except UnknownCarrier:
            return UNKNOWN
        except Exception as error:  # whatever the bytes were, they are no reason to fall over
            if not isinstance(error, ValueError):  # which the port promises for such bytes
                logger.warning("%s: %s", callback.carrier, type(error).__qualname__)
            return NOT_UNDERSTOOD
        return STORED if await self._store(callback, word) else UNKNOWN

    async def _forged(self, callback: Callback) -> Reply:
        practice_id = await self._practice_of(callback)
        if practice_id is None:
            return UNKNOWN
        await self._accounts.note_forgery(practice_id, callback.line_id)
        return FORGED

    async def _practice_of(self, callback: Callback) -> UUID | None:
        async with (await self._open()).connection() as db:
            found = await db.execute(_PRACTICE, [callback.attempt_id, callback.line_id])
            row = await found.fetchone()
        return row[0] if row else None

    async def _store(self, callback: Callback, word: port.Receipt) -> bool:
        """Write the receipt; says whether there was such an attempt."""
        route = [callback.attempt_id, callback.line_id]
        row = [callback.attempt_id, ids.fresh(), clock.now(), word.event.value]
        row += [_text(word.ref, 80), _text(word.code, 20), _text(word.words, 500)]
        row.append(word.blame.value if word.blame else "")
        async with (
            (await self._open()).connection() as db,
            db.pipeline(),
            db.transaction(),
        ):
            await db.execute(_ACT_FOR, route)
            stored = await db.execute(_STORE, row + route)
        return stored.rowcount == 1

    async def _open(self) -> AsyncConnectionPool[psycopg.AsyncConnection[Any]]:
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                self._dsn,
                kwargs={"autocommit": True},
                min_size=1,
                max_size=CONNECTIONS,
                timeout=self._wait,
                reconnect_timeout=2.0,  # afterwards the next request asks for one anew
                open=False,
            )
            await self._pool.open()
        return self._pool


async def _body(receive: Receive) -> bytes | None:
    """The body, no more than a little above the limit; None when the line was cut."""
    taken = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        taken += message.get("body", b"")
        if len(taken) > LARGEST or not message.get("more_body"):
            return bytes(taken)


async def _answer(send: Send, reply: Reply) -> None:
    headers = [(b"allow", b"POST")] if reply.status == 405 else []
    body = b""
    if reply.title:
        headers.append((b"content-type", b"application/problem+json"))
        problem = {"type": "about:blank", "title": reply.title, "status": reply.status}
        body = orjson.dumps(problem | {"detail": reply.detail})
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _text(given: str, length: int) -> str:
    """As a column takes it: PostgreSQL keeps no NUL, and UTF-8 no lone surrogate."""
    return given.replace("\0", "").encode("utf-8", "replace").decode()[:length]
