"""Twilio's signature on a callback: only who knows the account's token can have made it.

RULES D4 and twilio.com/docs/usage/webhooks/webhooks-security: base64(HMAC-SHA1(token, full URL +
every form field's name and value, sorted by name)). For a body that is not a form, the URL carries
`bodySHA256`, and only the URL is signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit, urlunsplit

from carepost.messaging.carrier import BadSignature

if TYPE_CHECKING:
    from collections.abc import Iterable


def signature_of(token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """The signature Twilio gives a form sent to `url`: a name given twice counts each value once,
    in order."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    mac = hmac.new(token.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def check(token: str, url: str, form: Iterable[tuple[str, str]], given: str, body: bytes) -> None:
    """Raises BadSignature unless `given` is Twilio's signature over `url` and `form` (or `body`).

    Twilio signs the URL now with and now without the port that the scheme implies, or drops one
    it was given, as its own libraries allow for: both are tried, each in constant time.
    """
    if not token or not given:
        raise BadSignature("the callback carries no signature")
    fields = list(form)
    body_hash = parse_qs(urlsplit(url).query).get("bodySHA256")
    if body_hash:
        fields = []
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), body_hash[0].lower()):
            raise BadSignature("the callback's body is not the one that was signed")
    seen = given.encode("utf-8", "replace")
    matches = [
        hmac.compare_digest(signature_of(token, form_of_url, fields).encode(), seen)
        for form_of_url in (_with_port(url), _without_port(url), url)
    ]
    if not any(matches):
        raise BadSignature("the callback's signature is not Twilio's")


def _with_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.port is not None:
        return url
    port = 443 if parts.scheme == "https" else 80
    return urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}"))


def _without_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.port is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
