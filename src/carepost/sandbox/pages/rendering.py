"""Templates to pages: escaped, and answered with 304 when nothing changed since the last look."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the pages show it: on the clock of this machine, whose zone the pages name."""

    iso: str
    clock: str
    day: str


def moment(at: float) -> Moment:
    """Return how to show `at`, seconds since 1970."""
    local = datetime.fromtimestamp(at).astimezone()
    today = datetime.now().astimezone().date()
    day = "Today" if local.date() == today else f"{local:%a} {local.day} {local:%b %Y}"
    return Moment(local.isoformat(timespec="seconds"), f"{local:%H:%M:%S}", day)


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
            zone=datetime.now().astimezone().tzname() or "local time",
            **names,
        )
    )
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)
