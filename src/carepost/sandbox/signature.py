"""How Twilio signs what it posts (RULES D4)."""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha1
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def signature(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the X-Twilio-Signature of a POST of `form` to `url`, the full URL with its query.

    Source: https://www.twilio.com/docs/usage/security#validating-requests.
    """
    signed = url + "".join(name + form[name] for name in sorted(form))
    return b64encode(hmac.digest(auth_token.encode(), signed.encode(), sha1)).decode("ascii")
