"""Twilio as a carrier of SMS: one POST to the Messages API a message, on kept connections.

What an answer means is RULES D3: once the request may have left, only a clear answer settles the
attempt; a time-out, a cut line, a 5xx or an answer that cannot be read is UNCERTAIN.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote_plus

import aiohttp
import orjson

from carepost.carriers.twilio import lookup, signature
from carepost.carriers.twilio.door import Unusable, door_to
from carepost.carriers.twilio.errors import MEANINGS, meaning_of
from carepost.carriers.words import told
from carepost.messaging.carrier import (
    Account,
    Answer,
    BadSignature,
    Blame,
    Channel,
    Letter,
    Outcome,
    Receipt,
    ReceiptEvent,
    Sighting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

CONNECT_TIMEOUT = 5.0  # seconds, waiting for a free connection included
TOTAL_TIMEOUT = 20.0
ANSWER_LIMIT = 64 * 1024  # bytes; Twilio's answer has about 1,000
DEFAULT_RETRY_AFTER = 1.0
KEEP_IDLE = 10.0  # shorter than a load balancer's: a POST on a line it just cut is in doubt

_EMPTY = "Twilio's answer could not be read."


class Twilio:
    """`limit`: how many requests may be under way to Twilio at a time, for all lines together."""

    name = "twilio"
    channels = frozenset({Channel.SMS})
    at_most_once = True

    def __init__(self, *, limit: int = 1000) -> None:
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def hand_over(self, account: Account, letter: Letter, now: datetime) -> Answer:
        """POST one SMS. See the port; `now` is the moment of the call, by our clock."""
        left = (letter.deadline - now).total_seconds()
        if left <= 0:
            return Answer(Outcome.NOT_SENT, words="The time for this try was over before it began.")
        try:
            door = door_to(account.settings)
        except Unusable as wrong:
            return Answer(Outcome.REFUSED, words=str(wrong), blame=Blame.LINE)
        # The wait for a connection ends well before the whole does. So a time-out of the whole
        # always means that the request had left.
        timeout = aiohttp.ClientTimeout(
            total=min(TOTAL_TIMEOUT, left), connect=min(CONNECT_TIMEOUT, left / 2)
        )
        try:
            async with self._open().post(
                door.messages,
                data=_form(account, letter),
                headers=door.headers,
                timeout=timeout,
                allow_redirects=False,  # a redirected POST would be a second POST
            ) as response:
                status, retry_after = response.status, response.headers.get("Retry-After")
                body = await read_up_to(response, ANSWER_LIMIT)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Answer(Outcome.NOT_SENT, words=_why_unreached(error))
        except aiohttp.InvalidURL:
            words = "The line's address of Twilio's API is not a web address."
            return Answer(Outcome.REFUSED, words=words, blame=Blame.LINE)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            words = f"Twilio was asked, and no answer came ({type(error).__name__})."
            return Answer(Outcome.UNCERTAIN, words=words)
        return read_answer(status, body, retry_after, letter, door.secrets)

    async def look_up(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> Sequence[Sighting]:
        """What Twilio lists. See `lookup.sightings`; raises LookupFailed."""
        timeout = aiohttp.ClientTimeout(total=TOTAL_TIMEOUT, connect=CONNECT_TIMEOUT)
        session = self._open()
        return await lookup.sightings(session, timeout, account, to, since, known)

    def read_callback(
        self, account: Account, url: str, headers: Mapping[str, str], body: bytes
    ) -> Receipt:
        """Translate a status callback. Raises BadSignature, and ValueError for an unknown status.

        Twilio's guide: twilio.com/docs/messaging/guides/track-outbound-message-status. It adds
        fields without notice, and all that come are signed.
        """
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500)
        except ValueError as error:  # also UnicodeDecodeError; Twilio sends no such thing
            raise BadSignature("the callback is not a form") from error
        token, given = account.settings.get("auth_token", ""), headers.get("x-twilio-signature", "")
        signature.check(token, url, fields, given, body)
        form = dict(fields)
        status = form.get("MessageStatus") or form.get("SmsStatus") or ""
        event = lookup.EVENTS.get(status)
        if event is None:
            raise ValueError("the callback gives no message status that we know")
        ref = form.get("MessageSid") or form.get("SmsSid") or ""
        code = form.get("ErrorCode", "")
        if not code or code == "0" or event is not ReceiptEvent.UNDELIVERED:
            return Receipt(event, ref=ref)
        meaning = MEANINGS.get(code)
        if meaning is None:
            return Receipt(event, ref=ref, code=code, words=f"Twilio reports error {code[:10]}.")
        return Receipt(event, ref=ref, code=code, words=meaning.words, blame=meaning.blame)

    async def close(self) -> None:
        """Close kept connections. The next hand-over opens new ones."""
        session, self._session = self._session, None
        if session is not None and self._loop is asyncio.get_running_loop():
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        # A session belongs to one event loop: a command that runs several makes one for each.
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._loop = loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._limit, keepalive_timeout=KEEP_IDLE, ttl_dns_cache=60
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                # No compression: what Twilio may answer stays bounded by what we read.
                headers={"User-Agent": "carepost", "Accept-Encoding": "identity"},
                auto_decompress=False,
                requote_redirect_url=False,
            )
        return self._session


def read_answer(
    status: int,
    body: bytes | None,
    retry_after: str | None,
    letter: Letter,
    secrets: tuple[str, ...],
) -> Answer:
    """What Twilio's answer to a POST means. `body` is None when it was larger than we read.

    `secrets` are cut out of what it said.
    """
    said = _json(body)
    if 200 <= status < 300:
        sid = said.get("sid")
        if isinstance(sid, str) and sid[:2] in ("SM", "MM") and len(sid) <= 64:
            return Answer(Outcome.ACCEPTED, ref=sid, words=str(said.get("status") or "")[:20])
        return Answer(Outcome.UNCERTAIN, words=_EMPTY)
    if status < 200 or status >= 500 or status == 408:
        return Answer(Outcome.UNCERTAIN, words=f"Twilio answered with its own error ({status}).")
    if status < 400:
        words = "The line's address of Twilio's API leads elsewhere; the owner should correct it."
        return Answer(Outcome.REFUSED, code=str(status), words=words, blame=Blame.LINE)
    given = said.get("code")
    code = str(given)[:10] if isinstance(given, int | str) else ""
    meaning = meaning_of(code, status)
    words = meaning.words or told(
        f"Twilio refused it: {said.get('message') or status}",
        texts=(letter.text,),
        hidden=(letter.to, *secrets),
    )
    wait = None
    if meaning.outcome is Outcome.LATER:
        wait = _seconds(retry_after, meaning.wait or DEFAULT_RETRY_AFTER)
    return Answer(
        meaning.outcome,
        code=code or str(status),
        words=words,
        blame=meaning.blame,
        retry_after=wait,
    )


async def read_up_to(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """The body, or None (and the connection is closed) when it has more than `limit` bytes."""
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > limit:
            response.close()
            return None
    return bytes(read)


def _form(account: Account, letter: Letter) -> bytes:
    sender = "MessagingServiceSid" if account.address.startswith("MG") else "From"
    form = (
        f"To={quote_plus(letter.to, errors='replace')}&{sender}={quote_plus(account.address)}"
        f"&Body={quote_plus(letter.text, errors='replace')}"
    )
    if letter.callback_url:
        form += f"&StatusCallback={quote_plus(letter.callback_url)}"
    return form.encode("ascii")


def _json(body: bytes | None) -> dict[str, object]:
    try:
        said = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(header: str | None, otherwise: float) -> float:
    """Retry-After in seconds; Twilio gives a number, a date is not read (RFC 9110, 10.2.3)."""
    try:
        wait = float(header or "")
    except ValueError:
        return otherwise
    return min(wait, 3600.0) if wait >= 0 else otherwise


def _why_unreached(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "Twilio's server did not prove who it is (TLS); nothing was sent."
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "Twilio's server was not found (no name service?); nothing was sent."
    return "Twilio's server could not be reached; nothing was sent."
