"""Asking Twilio whether it knows an account, and whether the account may be used.

Source: twilio.com/docs/iam/api/account, "Fetch an Account resource": `status` is active, suspended
or closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from carepost.carriers.http.answers import NotSent, Unanswered
from carepost.carriers.twilio.door import Unusable, door_to
from carepost.carriers.twilio.errors import meaning_of
from carepost.messaging.carrier import Account, Checkup

if TYPE_CHECKING:
    from carepost.carriers.http.client import Client

TIMEOUT = 10.0  # seconds

_ACCOUNT = b"/Messages.json"


async def check(client: Client, account: Account) -> Checkup:
    """GET the account. Never raises for what the network or Twilio does."""
    try:
        door = door_to(account.settings)
    except Unusable as wrong:
        return Checkup(False, str(wrong))
    target = door.messages.removesuffix(_ACCOUNT) + b".json"
    try:
        response = await client.get(door.origin, target, door.asking, timeout=TIMEOUT)
    except (NotSent, Unanswered) as failure:
        return Checkup(False, f"Twilio could not be asked: {failure}.")
    said = _json(response.body)
    if response.status == 200:
        if said.get("status") in (None, "active"):
            return Checkup(True)
        return Checkup(False, "The Twilio account is not active. The owner should see to it there.")
    given = said.get("code")
    code = str(given)[:10] if isinstance(given, int | str) else ""
    words = meaning_of(code, response.status).words
    return Checkup(False, words or f"Twilio refused to answer ({response.status}).")


def _json(body: bytes | None) -> dict[str, object]:
    try:
        said = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
