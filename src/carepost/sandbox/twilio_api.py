"""The Messages API, as the official SDK speaks it: create, fetch, list, redact, delete.

Source: https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from base64 import b64encode
from functools import wraps
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
from aiohttp import web

from carepost.sandbox.text import Text, twilio_body
from carepost.sandbox.twilio_errors import TwilioError, not_found
from carepost.sandbox.twilio_lists import list_page
from carepost.sandbox.twilio_requests import form_of, read_create

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from carepost.sandbox.exchange import Exchange

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_twilio(app: web.Application, exchange: Exchange) -> None:
    """Serve the Messages API of `exchange` from `app`."""
    api = _MessagesApi(exchange)
    messages = "/2010-04-01/Accounts/{account}/Messages"
    app.router.add_get("/2010-04-01/Accounts/{account}.json", api.guarded(api.account))
    app.router.add_post(f"{messages}.json", api.guarded(api.create))
    app.router.add_get(f"{messages}.json", api.guarded(api.list))
    app.router.add_get(messages + "/{sid}.json", api.guarded(api.fetch))
    app.router.add_post(messages + "/{sid}.json", api.guarded(api.update))
    app.router.add_delete(messages + "/{sid}.json", api.guarded(api.delete))
    app.router.add_route("*", "/2010-04-01{rest:.*}", api.guarded(api.nothing_here))


class _MessagesApi:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._account = exchange.options.account_sid
        credentials = f"{self._account}:{exchange.options.auth_token}".encode()
        self._authorization = b"Basic " + b64encode(credentials)

    def guarded(self, handler: Handler) -> Handler:
        """Return `handler` behind sign-in, the troubles of every request, and Twilio's errors."""

        @wraps(handler)
        async def guard(request: web.Request) -> web.StreamResponse:
            try:
                self._let_in(request)
                await self._trouble()
                response = await handler(request)
            except TwilioError as error:
                response = error.response()
            except web.HTTPRequestEntityTooLarge:
                response = TwilioError(20001, "Bad request: too large").response()
            except OSError:
                # Not on disk, so not accepted: nobody may be told that it was.
                response = TwilioError(20500, "Internal Server Error").response()
            response.headers["Twilio-Request-Id"] = "RQ" + uuid4().hex
            return response

        return guard

    def _let_in(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._authorization):
            raise TwilioError(20003, "Authenticate")
        if request.match_info.get("account", self._account) != self._account:
            raise not_found(request.path)

    async def _trouble(self) -> None:
        trouble, chance = self._exchange.trouble, self._exchange.chance
        if chance.hits(trouble.refuse_429):
            raise TwilioError(
                20429, "Too Many Requests", **{"Retry-After": str(trouble.retry_after_s)}
            )
        if trouble.slow_ms:
            await asyncio.sleep(trouble.slow_ms / 1000)

    async def account(self, request: web.Request) -> web.StreamResponse:
        """Return the account, as far as anybody asks for it."""
        self._read_trouble()
        return _json({"sid": self._account, "friendly_name": "Sandbox", "status": "active"})

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Accept a text, unless it is wrong or a trouble is on."""
        trouble, chance = self._exchange.trouble, self._exchange.chance
        asked = read_create(form_of(await request.read()), trouble)
        fails, cuts = chance.hits(trouble.error_500), chance.hits(trouble.cut)
        if fails and chance.hits(0.5):
            raise TwilioError(20500, "Internal Server Error")
        text = await self._exchange.take_text(
            to=asked.to,
            sender=asked.sender,
            service=asked.service,
            body=asked.body,
            callback=asked.callback,
        )
        if cuts:
            return _cut(request)
        if fails:
            raise TwilioError(20500, "Internal Server Error")
        return _json(twilio_body(text, self._account, text.at), 201)

    async def list(self, request: web.Request) -> web.StreamResponse:
        """Return a page of texts, newest first."""
        self._read_trouble()
        return _json(list_page(self._exchange, request.query, time.time()))

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """Return one text."""
        self._read_trouble()
        return _json(twilio_body(self._text(request), self._account, time.time()))

    async def update(self, request: web.Request) -> web.StreamResponse:
        """Redact a text: an empty Body is the one change that is possible here."""
        text = self._finished(request)
        if form_of(await request.read()).get("Body") != "":
            raise TwilioError(20001, "Bad request: only an empty Body can be set")
        await self._exchange.redact(text)
        return _json(twilio_body(text, self._account, time.time()))

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Delete a text."""
        await self._exchange.delete(self._finished(request))
        return web.Response(status=204)

    async def nothing_here(self, request: web.Request) -> web.StreamResponse:
        """Answer for all that the sandbox does not do."""
        raise not_found(request.path)

    def _read_trouble(self) -> None:
        if self._exchange.chance.hits(self._exchange.trouble.error_500):
            raise TwilioError(20500, "Internal Server Error")

    def _text(self, request: web.Request) -> Text:
        text = self._exchange.accepted.text(request.match_info["sid"])
        youngest = time.time() - self._exchange.trouble.list_lag_s
        if text is None or text.deleted or text.at > youngest:
            raise not_found(request.path)
        return text

    def _finished(self, request: web.Request) -> Text:
        text = self._text(request)
        if time.time() < text.final_at:
            raise TwilioError(20009, "Resource not complete")
        return text


def _cut(request: web.Request) -> web.StreamResponse:
    """Cut the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
