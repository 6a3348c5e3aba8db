"""Asking Twilio what it took, after a hand-over whose answer was lost (DESIGN promise 2).

RULES D9: Twilio shows neither our callback URL nor an id of ours on a message; `date_sent` starts
null, and `from` is null under a Messaging Service until a sender was chosen. So the list is asked
by address alone and sifted here by `date_created`. The filter `DateSent>=` is not used: it speaks
of a field that the very message we look for may not have yet, and missing it would mean sending
it twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urljoin

import orjson

from carepost.carriers.http.answers import NotSent, Unanswered
from carepost.carriers.http.origin import origin_of, target_of
from carepost.carriers.twilio.door import Door, Unusable, door_to
from carepost.messaging.carrier import Account, LookupFailed, ReceiptEvent, Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from carepost.carriers.http.client import Client

TIMEOUT = 20.0  # seconds, for a page
PAGE_SIZE = 100
MAX_PAGES = 10
PAGE_LIMIT = 2 * 1024 * 1024  # bytes; a page of 100 has about 200 KB at most
SLACK = timedelta(seconds=5)  # Twilio's clock and ours

# RULES D3; twilio.com/docs/messaging/api/message-resource#message-status-values
EVENTS: dict[str, ReceiptEvent] = {
    "accepted": ReceiptEvent.TAKEN,
    "scheduled": ReceiptEvent.TAKEN,
    "queued": ReceiptEvent.TAKEN,
    "sending": ReceiptEvent.TAKEN,
    "sent": ReceiptEvent.TAKEN,
    "delivered": ReceiptEvent.DELIVERED,
    "read": ReceiptEvent.DELIVERED,
    "undelivered": ReceiptEvent.UNDELIVERED,
    "failed": ReceiptEvent.UNDELIVERED,
    "canceled": ReceiptEvent.UNDELIVERED,
}


async def sightings(
    client: Client,
    account: Account,
    to: str,
    since: datetime,
    known: frozenset[str],
) -> Sequence[Sighting]:
    """The messages from this line to `to` made at or after `since` less 5 s, without the `known`.

    Reads up to 10 pages of 100, of the same host only. Raises LookupFailed when Twilio does not
    answer, answers with something else, or has more than that: an incomplete list must never pass
    for "it was not taken".
    """
    try:
        door = door_to(account.settings)
    except Unusable as wrong:
        raise LookupFailed(str(wrong)) from None
    query = f"To={quote_plus(to, errors='replace')}&PageSize={PAGE_SIZE}"
    if not _is_service(account):
        query += f"&From={quote_plus(account.address, errors='replace')}"
    target: bytes | None = door.messages + f"?{query}".encode()
    found: dict[str, Sighting] = {}
    for _ in range(MAX_PAGES):
        if target is None:
            break
        page = await _page(client, door, target)
        listed = page.get("messages")
        if not isinstance(listed, list):
            raise LookupFailed("Twilio's list of messages could not be read.")
        for message in listed:
            if isinstance(message, dict) and _is_candidate(message, account, to, since, known):
                sighting = _sighting(message)
                found[sighting.ref] = sighting
        target = _next(door, page.get("next_page_uri"))
    if target is not None:
        raise LookupFailed(f"Twilio lists over {MAX_PAGES * PAGE_SIZE} messages to this number.")
    return list(found.values())


async def _page(client: Client, door: Door, target: bytes) -> Mapping[str, object]:
    try:
        response = await client.get(
            door.origin, target, door.asking, timeout=TIMEOUT, largest=PAGE_LIMIT
        )
    except (NotSent, Unanswered) as failure:
        raise LookupFailed(f"Twilio could not be asked: {failure}.") from None
    if response.status != 200:
        raise LookupFailed(f"Twilio did not list its messages ({response.status}).")
    if response.body is None:
        raise LookupFailed("Twilio's list of messages is too large to read.")
    try:
        page = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        raise LookupFailed("Twilio's list of messages could not be read.") from None
    if not isinstance(page, dict):
        raise LookupFailed("Twilio's list of messages could not be read.")
    return page


def _next(door: Door, uri: object) -> bytes | None:
    if uri is None or uri == "":
        return None
    try:
        url = urljoin(f"{door.origin}/", str(uri))
        if origin_of(url) == door.origin:  # RULES E7: the token goes to this host alone
            return target_of(url)
    except ValueError:
        raise LookupFailed("Twilio's list of messages leads nowhere.") from None
    raise LookupFailed("Twilio's list of messages leads to another host.")


def _is_service(account: Account) -> bool:
    return account.address.startswith("MG")


def _is_candidate(
    message: Mapping[str, object],
    account: Account,
    to: str,
    since: datetime,
    known: frozenset[str],
) -> bool:
    sid = message.get("sid")
    if not isinstance(sid, str) or not sid or sid in known:
        return False
    if str(message.get("direction", "outbound")).startswith("inbound") or message.get("to") != to:
        return False
    if _is_service(account):
        if message.get("messaging_service_sid") != account.address:
            return False
    elif message.get("from") not in (account.address, None):
        return False
    made = _time(message.get("date_created"))
    return made is None or made >= since - SLACK  # one without a time may be ours: let it count


def _sighting(message: Mapping[str, object]) -> Sighting:
    code = message.get("error_code")
    return Sighting(
        ref=str(message["sid"]),
        event=EVENTS.get(str(message.get("status")), ReceiptEvent.TAKEN),
        code="" if code is None else str(code)[:10],
        text=str(message.get("body") or ""),
        at=_time(message.get("date_created")),
    )


def _time(value: object) -> datetime | None:
    """Twilio's RFC 2822 time, in UTC; None where it gives none."""
    if not isinstance(value, str):
        return None
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
