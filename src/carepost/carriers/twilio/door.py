"""How one account is spoken to: where, and with what headers. The same for every message of it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

API_BASE = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"
_SID = re.compile(r"AC[0-9A-Za-z]{1,62}")


class Unusable(ValueError):
    """The line's settings do not describe a Twilio account; the message says which is wrong."""


@dataclass(frozen=True, slots=True)
class Door:
    """`origin` and `messages` are URLs; `headers` carry the token; `secrets` are its spellings."""

    origin: URL
    messages: URL
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


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
        origin = URL(base.rstrip("/"))
        labels = (origin.raw_host or "").rstrip(".").split(".")
        usable = origin.scheme in ("http", "https")
        # A longer label makes the name service raise UnicodeError.
        usable = usable and all(0 < len(label) < 64 for label in labels)
        usable = usable and not (origin.user or origin.password or origin.query or origin.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise Unusable("The line's address of Twilio's API is not a web address.")
    key = base64.b64encode(f"{sid}:{token}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": FORM}
    messages = URL(f"{origin}/2010-04-01/Accounts/{sid}/Messages.json", encoded=True)
    return Door(origin, messages, headers, (token, key))
