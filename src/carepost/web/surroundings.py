"""What every template may ask for: the frame around the page, who looks, what is to be said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings

from carepost.web import navigation, said
from carepost.web.signin import staying

if TYPE_CHECKING:
    from django.http import HttpRequest

    from carepost.web.visitor import Visitor

DRAWER = "drawer"
_LAYOUTS = {"": "web/page.html", DRAWER: "web/drawer.html"}


class Allowed:
    """Asks the visitor's role: `{% if may.clients_write %}` is the scope `clients:write`."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def __getitem__(self, name: str) -> bool:
        return self._visitor.may(name.replace("_", ":", 1))


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """`layout` is the page; or, where htmx asks for a part, the drawer or the middle alone."""
    visitor = getattr(request, "visitor", None)
    target = request.headers.get("HX-Target", "")  # none where a link is followed
    whole = not target
    return {
        "layout": _LAYOUTS.get(target, "web/part.html"),
        "visitor": visitor,
        "navigation": navigation.of(request) if visitor and whole else [],
        "may": Allowed(visitor) if visitor else {},
        "sees_nobody": bool(visitor and whole and visitor.limited and not visitor.practitioners),
        "idle": json.dumps(staying.told(request)) if visitor and whole else "",
        "toasts": said.take(request) if whole else [],
        "undo_seconds": said.UNDO_SECONDS,
        "test_phones": getattr(settings, "CAREPOST_TEST_PHONES", ""),
    }
