"""What a create and a list request say, checked in the order that Twilio checks it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from carepost.sandbox.twilio_errors import TwilioError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepost.sandbox.text import Text
    from carepost.sandbox.trouble import Trouble

MAX_BODY: Final = 1600  # characters; error 21617
MAX_PAGE: Final = 1000
_MAX_FIELDS: Final = 200
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SHORT_CODE = re.compile(r"\d{5,6}")
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,11}")
_SERVICE = re.compile(r"MG[0-9a-f]{32}")
_SPACING = str.maketrans("", "", " ()-.")


@dataclass(frozen=True, slots=True)
class Create:
    """A text that Twilio would take."""

    to: str
    sender: str | None
    service: str | None
    body: str
    callback: str | None


def form_of(raw: bytes) -> dict[str, str]:
    """Return the fields of a urlencoded body, the first of each name. Raises TwilioError 20001."""
    try:
        pairs = parse_qsl(
            raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS
        )
    except ValueError as error:
        raise TwilioError(20001, "Bad request: too many parameters") from error
    return dict(reversed(pairs))


def read_create(form: Mapping[str, str], trouble: Trouble) -> Create:
    """Return the text that `form` asks for. Raises TwilioError as Twilio refuses it."""
    to = form.get("To", "").strip()
    if not to:
        raise TwilioError(21604, "A 'To' phone number is required.")
    number = to.translate(_SPACING)
    if not _NUMBER.fullmatch(number):
        raise TwilioError(21211, f"Invalid 'To' Phone Number: {_masked(to)}")
    sender, service = form.get("From", "").strip(), form.get("MessagingServiceSid", "").strip()
    if not sender and not service:
        raise TwilioError(21603, "A 'From' phone number is required.")
    if service and not _SERVICE.fullmatch(service):
        raise TwilioError(21701, "The Messaging Service resource does not exist.")
    body = form.get("Body", "")
    if not body:
        raise TwilioError(21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise TwilioError(
            21617, f"The concatenated message body exceeds the {MAX_BODY} character limit."
        )
    if trouble.is_opted_out(number):
        raise TwilioError(21610, "Attempt to send to unsubscribed recipient")
    return Create(
        to=number,
        sender=_sender(sender) if sender else None,
        service=service or None,
        body=body,
        callback=_callback(form.get("StatusCallback", "").strip()),
    )


def _masked(number: str) -> str:
    # Twilio's own message masks the last digits, and so must whatever logs it.
    return number[:-4][:20] + "XXXX" if len(number) > 4 else number


def _sender(sender: str) -> str:
    for shape, candidate in (
        (_NUMBER, sender.translate(_SPACING)),
        (_SHORT_CODE, sender),
        (_SENDER_NAME, sender),
    ):
        if shape.fullmatch(candidate):
            return candidate
    raise TwilioError(
        21212,
        f"The 'From' number {_masked(sender)} is not a valid phone number, shortcode, "
        "or alphanumeric sender ID.",
    )


def _callback(url: str) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or len(url) > 4000 or not url.isascii() or any(c <= " " for c in url):
        raise TwilioError(21609, "The 'StatusCallback' URL is not a valid URL.")
    return url


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list asks for. Times are whole seconds since 1970; `until` is exclusive."""

    to: str | None
    sender: str | None
    since: int | None
    until: int | None

    def match(self, text: Text, now: float) -> bool:
        """Tell whether `text` belongs on the list at `now`.

        A text that has not been sent has no DateSent, so no filter on it matches: the unkind
        reading of a question that Twilio's documentation leaves open.
        """
        if self.to is not None and text.to != self.to:
            return False
        if self.sender is not None and text.sender_at(now) != self.sender:
            return False
        if self.since is None and self.until is None:
            return True
        sent = int(text.sent_at)
        return (
            now >= text.sent_at
            and (self.since is None or sent >= self.since)
            and (self.until is None or sent < self.until)
        )


def read_filters(query: Mapping[str, str]) -> Filters:
    """Return the filters of a list. Raises TwilioError 20001 on a date that is none.

    `DateSent>=` arrives as the name `DateSent>` (the SDK's spelling too); a client that encodes
    the whole operator into the name is understood as well. Both mean "at or after".
    """
    since = until = None
    exact = query.get("DateSent")
    if exact:
        # Twilio's own SDK examples ask for a day by its midnight.
        since, until = _span(exact.removesuffix("T00:00:00Z"))
    after = query.get("DateSent>") or query.get("DateSent>=")
    if after:
        start = _span(after)[0]
        since = start if since is None else max(since, start)
    before = query.get("DateSent<") or query.get("DateSent<=")
    if before:
        # A bare day means its midnight; a moment means the second it names, included.
        start, end = _span(before)
        bound = end if "T" in before else start + 1
        until = bound if until is None else min(until, bound)
    to, sender = query.get("To"), query.get("From")
    return Filters(
        to=to.translate(_SPACING) if to else None,
        sender=sender.strip() if sender else None,
        since=since,
        until=until,
    )


def _span(value: str) -> tuple[int, int]:
    """Return the first second of the day or moment `value`, and the first one after it."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        length = timedelta(seconds=1) if "T" in value else timedelta(days=1)
        return int(moment.timestamp()), int((moment + length).timestamp())
    except (ValueError, OverflowError) as error:
        raise TwilioError(20001, "Bad request: DateSent is not a date") from error


def page_size(query: Mapping[str, str]) -> int:
    """Return the size of a page, 1 to 1,000; 50 when none, or none that makes sense, is asked."""
    asked = query.get("PageSize", "50")
    return min(max(int(asked), 1), MAX_PAGE) if asked.isdecimal() and len(asked) < 10 else 50
