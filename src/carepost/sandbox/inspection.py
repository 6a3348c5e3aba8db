"""What was accepted, as JSON for tests, and the switches for trouble.

- `GET /sandbox/messages?to=&after=`: every text, oldest first; `after` is a SID or a `seq`.
- `GET /sandbox/mail?to=&after=`: every mail; `after` is an id or a `seq`.
- `GET /sandbox/trouble`, `POST` (JSON: the switches to set, others stay), `DELETE` (all off).
- `POST /sandbox/reset`: forget everything, troubles too. `GET /healthz`: counts.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from aiohttp import web

from carepost.sandbox.accepted import newer_than
from carepost.sandbox.trouble import TroubleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carepost.sandbox.exchange import Exchange
    from carepost.sandbox.mail import Mail
    from carepost.sandbox.text import Text

    K = TypeVar("K", Text, Mail)


def add_inspection(app: web.Application, exchange: Exchange) -> None:
    """Serve the JSON side of `exchange` from `app`."""
    inspection = _Inspection(exchange)
    app.router.add_get("/sandbox/messages", inspection.messages)
    app.router.add_get("/sandbox/mail", inspection.mail)
    app.router.add_get("/sandbox/trouble", inspection.trouble)
    app.router.add_post("/sandbox/trouble", inspection.switch)
    app.router.add_delete("/sandbox/trouble", inspection.calm)
    app.router.add_post("/sandbox/reset", inspection.reset)
    app.router.add_get("/healthz", inspection.health)


class _Inspection:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def messages(self, request: web.Request) -> web.Response:
        accepted, now = self._exchange.accepted, time.time()
        to = request.query.get("to")
        texts: Sequence[Text] = list(accepted.thread(to)) if to else accepted.texts
        after = request.query.get("after")
        if after:
            mark = accepted.text(after)
            texts = newer_than(texts, mark.seq if mark else _number(after))
        return _json({"messages": [_text_row(text, now) for text in texts]})

    async def mail(self, request: web.Request) -> web.Response:
        accepted = self._exchange.accepted
        mails: Sequence[Mail] = accepted.mails
        after = request.query.get("after")
        if after:
            mark = accepted.mail(after)
            mails = newer_than(mails, mark.seq if mark else _number(after))
        to = request.query.get("to", "").lower()
        wanted = [
            mail for mail in mails if not to or to in (each.lower() for each in mail.recipients)
        ]
        return _json({"mail": [_mail_row(mail) for mail in wanted]})

    async def trouble(self, request: web.Request) -> web.Response:
        return _json(self._exchange.trouble.as_json())

    async def switch(self, request: web.Request) -> web.Response:
        try:
            given = orjson.loads(await request.read())
            if not isinstance(given, dict):
                raise TroubleError("Send a JSON object of switches")
            trouble = await self._exchange.switch(given)
        except (orjson.JSONDecodeError, TroubleError) as error:
            return _json({"error": str(error)}, 400)
        return _json(trouble.as_json())

    async def calm(self, request: web.Request) -> web.Response:
        await self._exchange.calm()
        return _json(self._exchange.trouble.as_json())

    async def reset(self, request: web.Request) -> web.Response:
        await self._exchange.reset()
        return _json({"ok": True})

    async def health(self, request: web.Request) -> web.Response:
        accepted, receipts = self._exchange.accepted, self._exchange.receipts
        return _json(
            {
                "ok": True,
                "messages": len(accepted.texts),
                "mail": len(accepted.mails),
                "receipts": {
                    "waiting": receipts.waiting,
                    "told": receipts.told,
                    "given_up": receipts.given_up,
                    "not_taken_on": receipts.not_taken_on,
                },
            }
        )


def _text_row(text: Text, now: float) -> dict[str, Any]:
    return {
        "seq": text.seq,
        "sid": text.sid,
        "to": text.to,
        "from": text.sender_at(now),
        "service": text.service,
        "body": text.body,
        "status": text.status(now),
        "error_code": text.error if now >= text.final_at else None,
        "at": _iso(text.at),
        "callback": text.callback,
        "deleted": text.deleted,
    }


def _mail_row(mail: Mail) -> dict[str, Any]:
    reading = mail.reading
    return {
        "seq": mail.seq,
        "id": mail.id,
        "message_id": reading.message_id,
        "to": mail.recipients,
        "from": reading.sender,
        "envelope_from": mail.sender,
        "subject": reading.subject,
        "text": reading.text,
        "html": reading.html,
        "headers": reading.headers,
        "attachments": [{"name": name, "bytes": size} for name, size in reading.attachments],
        "size": len(mail.content),
        "at": _iso(mail.at),
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _number(after: str) -> int:
    if not after.isdecimal() or len(after) > 18:
        raise web.HTTPBadRequest(text="after is an id of something kept here, or a seq")
    return int(after)


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
