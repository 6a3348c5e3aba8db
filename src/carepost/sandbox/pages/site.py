"""Where each page is, and the headers that all of them carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from carepost.sandbox.pages.mailbox import Mailbox
from carepost.sandbox.pages.phones import Phones
from carepost.sandbox.pages.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from carepost.sandbox.server import Sandbox

_STATIC: Final = Path(__file__).parent / "static"
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def add_pages(app: web.Application, sandbox: Sandbox) -> None:
    """Serve the pages of `sandbox` from `app`."""
    phones, mailbox = Phones(sandbox), Mailbox(sandbox.exchange)
    switches = Switches(sandbox.exchange)
    app.router.add_get("/", phones.table)
    app.router.add_post("/sample", phones.sample)
    app.router.add_get("/phones/{number}", phones.phone)
    app.router.add_post("/phones/{number}/answers", phones.answer)
    app.router.add_get("/mail", mailbox.list)
    app.router.add_get("/mail/{id}", mailbox.read)
    app.router.add_get("/mail/{id}/html", mailbox.html)
    app.router.add_get("/mail/{id}/source", mailbox.source)
    app.router.add_get("/trouble", switches.form)
    app.router.add_post("/trouble", switches.set)
    app.router.add_post("/clear", switches.clear)
    app.router.add_static("/static/", _STATIC)
    app.middlewares.append(_same_site)
    app.on_response_prepare.append(_add_headers)


@web.middleware
async def _same_site(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    # A page on another site must not flip switches here: browsers say where a POST comes from.
    came_from = request.headers.get("Sec-Fetch-Site", "none")
    if request.method in ("POST", "DELETE") and came_from not in ("same-origin", "none"):
        raise web.HTTPForbidden(text="This form can only be sent from the sandbox's own pages.")
    return await handler(request)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    if response.content_type == "application/json":
        return
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
