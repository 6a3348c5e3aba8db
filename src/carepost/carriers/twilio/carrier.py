"""Twilio as a carrier of SMS: one POST to the Messages API a message, on kept connections.

What an answer means is RULES D3: once the request may have left, only a clear answer settles the
attempt; a time-out, a cut line, a 5xx or an answer that cannot be read is UNCERTAIN.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import orjson

from carepost.carriers.http.answers import NotSent, Unanswered, Unreached
from carepost.carriers.http.client import Client
from carepost.carriers.twilio import checkup, lookup, signature
from carepost.carriers.twilio.door import Doors, Unusable
from carepost.carriers.twilio.errors import MEANINGS, meaning_of
from carepost.carriers.twilio.form import form_of
from carepost.carriers.words import told
from carepost.messaging.carrier import (
    Account,
    Answer,
    BadSignature,
    Blame,
    Channel,
    Checkup,
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
DEFAULT_RETRY_AFTER = 1.0
KEEP_IDLE = 10.0  # shorter than a load balancer's: a POST on a line it just cut is in doubt

_ACCEPTED = Outcome.ACCEPTED  # looking a member up costs as much as the whole form's "To"
_EMPTY = "Twilio's answer could not be read."
_UNREACHED = {
    Unreached.NAME: "Twilio's server was not found (no name service?); nothing was sent.",
    Unreached.CONNECTION: "Twilio's server could not be reached; nothing was sent.",
    Unreached.TRUST: "Twilio's server did not prove who it is (TLS); nothing was sent.",
    Unreached.BUSY: "Too many messages at once, no connection was free; nothing was sent.",
}


class Twilio:
    """`limit`: how many requests may be under way to one address of Twilio's API at a time."""

    name = "twilio"
    channels = frozenset({Channel.SMS})
    at_most_once = True

    def __init__(self, *, limit: int = 1000) -> None:
        self._limit = limit
        self._doors = Doors()
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def hand_over(self, account: Account, letter: Letter, now: datetime) -> Answer:
        """POST one SMS. See the port; `now` is the moment of the call, by our clock."""
        left = (letter.deadline - now).total_seconds()
        if left <= 0:
            return Answer(Outcome.NOT_SENT, words="The time for this try was over before it began.")
        try:
            door, sender = self._doors.of(account)
        except Unusable as wrong:
            return Answer(Outcome.REFUSED, words=str(wrong), blame=Blame.LINE)
        try:
            response = await self._open().post(
                door.origin,
                door.messages,
                door.posting,
                form_of(letter, sender),
                timeout=min(TOTAL_TIMEOUT, left),
                connect_timeout=min(CONNECT_TIMEOUT, left / 2),
            )
        except NotSent as failure:
            return Answer(Outcome.NOT_SENT, words=_UNREACHED[failure.why])
        except Unanswered as failure:
            words = f"Twilio was asked, and no whole answer came: {failure.why}."
            return Answer(Outcome.UNCERTAIN, words=words)
        retry_after = None if response.status < 300 else response.header(b"retry-after")
        return read_answer(response.status, response.body, retry_after, letter, door.secrets)

    async def look_up(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> Sequence[Sighting]:
        """What Twilio lists. See `lookup.sightings`; raises LookupFailed."""
        return await lookup.sightings(self._open(), account, to, since, known)

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

    async def check(self, account: Account) -> Checkup:
        """Fetch the account: whether SID and token are right, and whether it may be used."""
        return await checkup.check(self._open(), account)

    async def close(self) -> None:
        """Close kept connections. The next hand-over opens new ones."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()

    def _open(self) -> Client:
        # A client belongs to one event loop: a command that runs several makes one for each.
        loop = asyncio.get_running_loop()
        client = self._client
        if client is None or self._loop is not loop:
            self._loop = loop
            client = self._client = Client(limit=self._limit, idle=KEEP_IDLE)
        return client


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
            return Answer(_ACCEPTED, ref=sid, words=str(said.get("status") or "")[:20])
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
