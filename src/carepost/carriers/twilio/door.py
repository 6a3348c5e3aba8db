"""How one line is spoken for at Twilio: where, with what headers, from which number."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from carepost.carriers.http.origin import Origin, header_lines, origin_of, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepost.messaging.carrier import Account

API_BASE = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"
MANY_DOORS = 4096
_SID = re.compile(r"AC[0-9A-Za-z]{1,62}")


class Unusable(ValueError):
    """The line's settings do not describe a Twilio account; the message says which is wrong."""


@dataclass(frozen=True, slots=True)
class Door:
    """`messages` is the path of the account's messages; `asking` and `posting` are header lines and
    carry the token; `secrets` are its spellings."""

    origin: Origin
    messages: bytes
    asking: bytes = field(repr=False)
    posting: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


class Doors:
    """Each line's door, with the part of the form that names its sender, found at once.

    An account is known by its identity: the worker keeps one object a line for as long as the
    line's settings stay the same, and comparing those would cost more than all the rest.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Account, Door, str]] = {}

    def of(self, account: Account) -> tuple[Door, str]:
        """The door, and "&From=…" (or the Messaging Service). Raises Unusable."""
        known = self._known.get(id(account))
        if known is None:
            if len(self._known) >= MANY_DOORS:
                self._known.clear()
            door = door_to(account.settings)
            sender = "MessagingServiceSid" if account.address.startswith("MG") else "From"
            form = f"&{sender}={quote_plus(account.address, errors='replace')}"
            # The account itself is kept too: so long, its id is no other's.
            known = self._known[id(account)] = (account, door, form)
        return known[1], known[2]


def door_to(settings: Mapping[str, str]) -> Door:
    """The door for `account_sid`, `auth_token` and `api_base` (default: Twilio's own).

    Raises Unusable when one is missing or malformed.
    """
    sid, token = settings.get("account_sid", ""), settings.get("auth_token", "")
    return _door(sid, token, settings.get("api_base") or API_BASE)


@lru_cache(maxsize=1024)
def _door(sid: str, token: str, base: str) -> Door:
    if not _SID.fullmatch(sid):
        raise Unusable("The line's Twilio account SID is missing or wrong: it begins with AC.")
    if not token:
        raise Unusable("The line's Twilio auth token is missing.")
    try:
        if "?" in base or "#" in base:
            raise ValueError("a base has neither query nor fragment")
        origin = origin_of(base)
        messages = target_of(f"{base.rstrip('/')}/2010-04-01/Accounts/{sid}/Messages.json")
    except ValueError:
        raise Unusable("The line's address of Twilio's API is not a web address.") from None
    key = base64.b64encode(f"{sid}:{token}".encode()).decode()
    # No compression: what Twilio may answer stays bounded by what we read.
    headers = {
        "Authorization": f"Basic {key}",
        "User-Agent": "carepost",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    asking, posting = header_lines(headers), header_lines(headers | {"Content-Type": FORM})
    return Door(origin, messages, asking, posting, (token, key))
