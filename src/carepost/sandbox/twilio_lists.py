"""The list of messages, newest first, in pages that a token continues.

A token names the text at the page's edge, as Twilio's does: `PASM…` is what comes after it,
`PBSM…` what comes before it. So texts that arrive while somebody pages are not shown twice.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from carepost.sandbox.accepted import newer_than
from carepost.sandbox.text import twilio_body
from carepost.sandbox.twilio_errors import TwilioError
from carepost.sandbox.twilio_requests import page_size, read_filters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from carepost.sandbox.exchange import Exchange
    from carepost.sandbox.text import Text


def list_page(exchange: Exchange, query: Mapping[str, str], now: float) -> dict[str, Any]:
    """Return one page of messages as Twilio gives it. Raises TwilioError 20001."""
    filters, size = read_filters(query), page_size(query)
    youngest = now - exchange.trouble.list_lag_s
    accepted = exchange.accepted
    pool: Sequence[Text] = accepted.thread(filters.to) if filters.to else accepted.texts
    pool = list(pool) if filters.to else pool

    def shown(texts: Iterator[Text]) -> Iterator[Text]:
        return (
            text
            for text in texts
            if text.at <= youngest and not text.deleted and filters.match(text, now)
        )

    token = query.get("PageToken", "")
    edge = _edge(exchange, token)
    if edge is not None and token.startswith("PB"):
        found = list(islice(shown(iter(newer_than(pool, edge.seq))), size + 1))
        page, before, after = found[:size][::-1], len(found) > size, True
    else:
        older = pool if edge is None else pool[: len(pool) - len(newer_than(pool, edge.seq - 1))]
        found = list(islice(shown(reversed(older)), size + 1))
        page, before, after = found[:size], edge is not None, len(found) > size
    number = int(query["Page"]) if query.get("Page", "").isdecimal() and edge else 0
    base = f"/2010-04-01/Accounts/{exchange.options.account_sid}/Messages.json"

    def uri(page_number: int, page_token: str = "") -> str:
        asked = {k: v for k, v in query.items() if k not in ("Page", "PageSize", "PageToken")}
        asked |= {"PageSize": str(size), "Page": str(max(0, page_number))}
        return f"{base}?{urlencode(asked | ({'PageToken': page_token} if page_token else {}))}"

    return {
        "first_page_uri": uri(0),
        "end": number * size + max(0, len(page) - 1),
        "previous_page_uri": uri(number - 1, f"PB{page[0].sid}") if before and page else None,
        "messages": [twilio_body(text, exchange.options.account_sid, now) for text in page],
        "uri": uri(number, token),
        "page_size": size,
        "start": number * size,
        "next_page_uri": uri(number + 1, f"PA{page[-1].sid}") if after and page else None,
        "page": number,
    }


def _edge(exchange: Exchange, token: str) -> Text | None:
    if not token:
        return None
    edge = exchange.accepted.text(token[2:])
    if edge is None or token[:2] not in ("PA", "PB"):
        raise TwilioError(20001, "Bad request: Invalid PageToken")
    return edge
