"""The application that a web server runs: Django, behind the doorway."""

from __future__ import annotations

import logging
import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carepost.config.settings")

from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

from carepost.config.environment import ENVIRONMENT
from carepost.web.doorway import Doorway

# A web process keeps a few connections to the database; each is tried before it is handed out, so
# a database that restarted is found again. Commands and tests connect as Django always does.
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
settings.DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 1,
    "max_size": int(ENVIRONMENT.number("CAREPOST_WEB_CONNECTIONS", 10)) or 1,
    "timeout": 3.0,  # seconds a request waits for a connection
    "reconnect_timeout": 2.0,  # afterwards the next request asks for one anew
}
# Static files are small and read from this disk: reading one does not hold the others up.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")
# /readyz says it, once; the pool would say it with every try.
logging.getLogger("psycopg").setLevel(logging.ERROR)
settings.CAREPOST_TEST_PHONES = ENVIRONMENT.values.get("CAREPOST_TEST_PHONES", "")


class Crossing:
    """Carriers' callbacks to the one application, all else to the other."""

    def __init__(self, callbacks: Any, pages: Any) -> None:  # ASGI applications
        self._callbacks, self._pages = callbacks, pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # ASGI's own
        """One connection."""
        called = scope["type"] == "http" and scope["path"].startswith("/hooks/")
        await (self._callbacks if called else self._pages)(scope, receive, send)


_pages = get_asgi_application()
from carepost.carriers.webhooks import Webhooks  # noqa: E402 -- needs Django set up

application = Doorway(
    Crossing(Webhooks(settings.DATABASE.app, settings.CAREPOST_BASE_URL), _pages),
    secure=settings.CAREPOST_BASE_URL.startswith("https://"),
)
