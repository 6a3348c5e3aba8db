"""What every template may ask for: the frame around the page, who looks, what is to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from carepost.web import navigation, said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from carepost.web.visitor import Visitor

DRAWER = "drawer"


class Allowed:
    """Asks the visitor's role: `{% if may.clients_write %}` is the scope `clients:write`."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def __getitem__(self, name: str) -> bool:
        return self._visitor.may(name.replace("_", ":", 1))


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """`layout` is the page, or the drawer alone where htmx asked for the drawer."""
    visitor = getattr(request, "visitor", None)
    in_drawer = request.headers.get("HX-Target") == DRAWER
    return {
        "layout": "web/drawer.html" if in_drawer else "web/page.html",
        "visitor": visitor,
        "navigation": navigation.of(request) if visitor and not in_drawer else [],
        "may": Allowed(visitor) if visitor else {},
        "toasts": [] if in_drawer else said.take(request),
        "undo_seconds": said.UNDO_SECONDS,
        "test_phones": getattr(settings, "CAREPOST_TEST_PHONES", ""),
    }
