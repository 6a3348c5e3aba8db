"""Walks over the staff's pages: all that the URLs name, and all that links lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client as Browser

    from tests.web.desk import World

NOT_PAGES = ("/static/", "/api/")  # the API's own description is for programmers
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

WORDS = {
    "kind": "appointment_reminder",
    "language": "en",
    "what": "all",
    "channel": "sms",
    "carrier": "twilio",
    "sort": "types",
    "status": "arrived",
    "how": "now",
}
"""What URLs say where they name no thing of a practice."""

QUERIES = {"/calendar/events": "?start=2026-11-23&end=2026-11-29"}
"""What a URL must be asked with."""


@dataclass(frozen=True, slots=True)
class Route:
    """A URL that leads through `web.frame.page`, and the scope that it asks for."""

    path: str
    scope: str

    @property
    def names(self) -> list[str]:
        """Its parameters that name a thing of the practice."""
        return [name for name in _PARAMETER.findall(self.path) if name not in WORDS]

    def of(self, world: World) -> str:
        """Its address in a practice. Raises KeyError for a thing that the practice lacks."""
        named = {**WORDS, **world.ids}
        path = _PARAMETER.sub(lambda m: str(named[m[1]]), self.path)
        return path + QUERIES.get(path, "")


def routes() -> list[Route]:
    """Each of them, sorted."""
    return sorted(_walk(get_resolver().url_patterns, "/"), key=lambda route: route.path)


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Route]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif hasattr(pattern.callback, "needs_scope"):
            yield Route(path, pattern.callback.needs_scope)


def crawl(browser: Browser) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from the first one, one of each kind: address and HTML."""
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        address = waiting.pop().partition("#")[0]
        kind = re.sub(r"=[^&]*", "", ID.sub("ID", address))
        if kind in seen or not address.startswith("/") or address.startswith(NOT_PAGES):
            continue
        seen.add(kind)
        answer: HttpResponse = browser.get(address)
        assert answer.status_code in (200, 302), (address, answer.status_code)
        if answer.status_code == 302:
            waiting.append(answer.headers["Location"])
        elif answer.headers["Content-Type"].startswith("text/html"):
            page = answer.content.decode()
            yield address, page
            waiting += [_joined(address, link) for link in Reading(page).links]


def _joined(address: str, link: str) -> str:
    return address.partition("?")[0] + link if link.startswith("?") else link
