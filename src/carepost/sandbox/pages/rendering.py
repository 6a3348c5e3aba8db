"""Templates to pages: escaped, and answered with 304 when nothing changed since the last look."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from aiohttp import web
from liquid import CachingFileSystemLoader, Environment, StrictUndefined

from carepost.sandbox.trouble import switched_on

if TYPE_CHECKING:
    from carepost.sandbox.exchange import Exchange


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=CachingFileSystemLoader(Path(__file__).parent / "templates"),
    )


class Moment(TypedDict):
    """A time as the pages say it: in UTC; `clock.js` says it by the clock of who looks."""

    iso: str
    clock: str
    day: str


def moment(at: float) -> Moment:
    """Return how to show `at`, seconds since 1970."""
    then = datetime.fromtimestamp(at, UTC)
    today = datetime.now(UTC).date()
    day = "Today" if then.date() == today else f"{then:%a} {then.day} {then:%b %Y}"
    return Moment(iso=then.isoformat(timespec="milliseconds"), clock=f"{then:%H:%M}", day=day)


def page(
    exchange: Exchange, request: web.Request, template: str, status: int = 200, **names: Any
) -> web.Response:
    """Return `template` rendered with `names`, and what every page shows at its top."""
    now, accepted = time.time(), exchange.accepted
    # While texts are still on their way the page changes by the second, else by what comes in.
    moving = int(now * 2) if now < accepted.settles_at + 1 else 0
    tag = f'"{exchange.started:x}-{accepted.changes}-{moving}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if status == 200 and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    html = (
        _environment()
        .get_template(template)
        .render(
            text_count=f"{len(accepted.texts):,}",
            mail_count=f"{len(accepted.mails):,}",
            trouble_count=len(switched_on(exchange.trouble)),
            **names,
        )
    )
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)
