"""Status callbacks: the carrier's later word on each text, posted to whom it was sent for.

1. A text with a callback brings its receipts, each with the time it is due, decided when the text
   was accepted (so a restart tells the same story again, from its beginning).
2. The receipts of one text are posted one after another: `delivered` never overtakes `sent`,
   unless the switch for shuffled receipts says so.
3. An answer other than 2xx, or none, is tried again after a growing pause, a few times.
4. When the last one was told, or given up, the journal keeps that: it is not told again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import aiohttp
from yarl import URL

from carepost.sandbox.signature import signature

if TYPE_CHECKING:
    from carepost.sandbox.journal import Journal
    from carepost.sandbox.options import Options
    from carepost.sandbox.text import Text

log = logging.getLogger(__name__)

MAX_WAITING: Final = (
    100_000  # texts with receipts to tell; beyond it they are not told, and counted
)
PAUSES_S: Final = (0.3, 1.0, 2.0, 4.0, 8.0, 15.0)  # after each failed try; then given up
_AT_ONCE: Final = 32
_PATIENCE: Final = aiohttp.ClientTimeout(total=15)  # Twilio's own limit for a callback


@dataclass(slots=True)
class _Errand:
    text: Text
    calls: deque[tuple[float, str]]
    generation: int
    tries: int = 0
    token: str = field(default_factory=lambda: str(uuid4()))


class Receipts:
    """The errands of telling, and the runners that do them."""

    def __init__(self, options: Options, journal: Journal) -> None:
        self._options = options
        self._journal = journal
        self._ready: asyncio.Queue[_Errand] = asyncio.Queue()
        self._runners: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None
        self._generation = 0
        self.waiting = 0
        self.told = 0
        self.given_up = 0
        self.not_taken_on = 0

    async def start(self) -> None:
        """Start the runners; call in the running loop."""
        self._http = aiohttp.ClientSession(
            timeout=_PATIENCE,
            connector=aiohttp.TCPConnector(limit=_AT_ONCE),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
        )
        self._runners = [asyncio.create_task(self._run(self._http)) for _ in range(_AT_ONCE)]

    async def stop(self) -> None:
        """Stop the runners; what was not told is told after the next start."""
        for runner in self._runners:
            runner.cancel()
        await asyncio.gather(*self._runners, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def forget(self) -> None:
        """Drop every errand that is under way."""
        self._generation += 1
        self.waiting = 0

    def expect(self, text: Text) -> None:
        """Take on the receipts of `text`, if it has any and there is room."""
        if not text.callback or not text.receipts or text.told:
            return
        if self.waiting >= MAX_WAITING:
            self.not_taken_on += 1
            return
        self.waiting += 1
        errand = _Errand(text, deque(text.receipts), self._generation)
        self._later(errand, errand.calls[0][0] - time.time())

    def _later(self, errand: _Errand, seconds: float) -> None:
        asyncio.get_running_loop().call_later(max(0, seconds), self._ready.put_nowait, errand)

    async def _run(self, http: aiohttp.ClientSession) -> None:
        while True:
            errand = await self._ready.get()
            if errand.generation != self._generation:
                continue
            if await self._post(http, errand):
                self.told += 1
            elif errand.tries < len(PAUSES_S):
                errand.tries += 1
                self._later(errand, PAUSES_S[errand.tries - 1])
                continue
            else:
                self.given_up += 1
            if errand.generation == self._generation:
                self._next(errand)

    def _next(self, errand: _Errand) -> None:
        errand.calls.popleft()
        errand.tries, errand.token = 0, str(uuid4())
        if errand.calls:
            self._later(errand, errand.calls[0][0] - time.time())
            return
        self.waiting -= 1
        errand.text.told = True
        self._journal.note({"kind": "told", "sid": errand.text.sid})

    async def _post(self, http: aiohttp.ClientSession, errand: _Errand) -> bool:
        text, (_, state) = errand.text, errand.calls[0]
        url = (text.callback or "").partition("#")[0]
        form = callback_form(text, state, self._options.account_sid)
        headers = {
            "X-Twilio-Signature": signature(self._options.auth_token, url, form),
            "I-Twilio-Idempotency-Token": errand.token,
        }
        # Encoded already: yarl must not spell the URL in another way than the one signed.
        with suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError):
            target = URL(url, encoded=True)
            async with http.post(
                target, data=form, headers=headers, allow_redirects=False
            ) as answer:
                return 200 <= answer.status < 300
        return False


def callback_form(text: Text, state: str, account_sid: str) -> dict[str, str]:
    """Return the fields of the status callback that says `state` of `text`.

    Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
    """
    form = {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "From": text.sender_at(text.sent_at) or "",
        "MessageSid": text.sid,
        "MessageStatus": state,
        "SmsSid": text.sid,
        "SmsStatus": state,
        "To": text.to,
    }
    if text.service:
        form["MessagingServiceSid"] = text.service
    if state in ("undelivered", "failed") and text.error:
        form["ErrorCode"] = str(text.error)
    if state in ("delivered", "undelivered"):
        form["RawDlrDoneDate"] = time.strftime("%y%m%d%H%M", time.gmtime(text.final_at))
    return form
