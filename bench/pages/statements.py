"""How many statements a page sends to the database: the pages' own code, run in this process
against the demo's own database."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TRANSACTION = re.compile(r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET CONSTRAINTS)")
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def of(home: Path, owner: str, addresses: Iterable[str]) -> dict[str, int]:
    """By address, what the second look at it sends, the transaction's own statements left out."""
    os.environ["CAREPOST_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "carepost.config.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # a browser's loop runs in this thread
    import django

    django.setup()
    from carepost.practice.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client(HTTP_HOST="localhost")
    browser.force_login(User.objects.get(email=owner), backend=_BACKEND)
    found = {}
    for address in addresses:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if browser.get(path).status_code != 200:
            continue
        with CaptureQueriesContext(connection) as caught:
            browser.get(path)
        sent = [q["sql"] for q in caught.captured_queries]
        found[address] = sum(not _TRANSACTION.match(sql) for sql in sent)
    connection.close()
    return found
