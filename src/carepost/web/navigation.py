"""The rail of the staff's pages: where one can go, and where one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Place:
    """A place to go. `key`: pressed after `g`, it leads there."""

    name: str
    icon: str
    word: str
    scope: str
    key: str = ""
    below: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as this member sees it now."""

    word: str
    icon: str
    href: str
    key: str
    current: bool
    below: list[Entry] = field(default_factory=list)


RAIL = (
    Place("today", "home", gettext_noop("Today"), "", "t"),
    Place("calendar:week", "calendar", gettext_noop("Calendar"), "appointments:read", "c"),
    Place("clients:list", "users", gettext_noop("Clients"), "clients:read", "l"),
    Place(
        "messages:list", "messages", gettext_noop("Messages"), "messages:read", "m",
        (
            Place("messages:list", "send", gettext_noop("Scheduled and sent"), "messages:read"),
            Place("rules:list", "adjustments", gettext_noop("Rules"), "rules:read", "r"),
            Place("templates:list", "template", gettext_noop("Templates"), "rules:read"),
            Place("messaging:settings", "message-cog", gettext_noop("Settings"), "settings:read"),
        ),
    ),
    Place("imports:list", "file-import", gettext_noop("Imports"), "imports:read", "i"),
    Place("settings:practice", "settings", gettext_noop("Practice"), "settings:write", "s"),
)  # fmt: skip


def of(request: HttpRequest) -> list[Entry]:
    """The rail's entries that the visitor's role allows."""
    return [entry for place in RAIL if (entry := _entry(place, request))]


def _entry(place: Place, request: HttpRequest) -> Entry | None:
    if not request.visitor.may(place.scope):  # type: ignore[attr-defined]
        return None
    try:
        href = reverse(place.name)
    except NoReverseMatch:
        return None
    below = [entry for child in place.below if (entry := _entry(child, request))]
    here = request.path == href or (href != "/" and request.path.startswith(href.rstrip("/") + "/"))
    current = any(entry.current for entry in below) if below else here
    return Entry(gettext(place.word), place.icon, href, place.key, current, below)
