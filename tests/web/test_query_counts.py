"""How many statements each page sends to the database: few, and as many for 10 rows as for 2,000.

Not counted: the transaction's own statements, and what a page sends once in a session. A list of
more than one page counts its rows, in one statement more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.crowd import crowd
from tests.web.desk import browser_of
from tests.web.walk import routes

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.desk import World

pytestmark = pytest.mark.django_db

MOST = 12  # as the screens' goals have it
COUNT = re.compile(r"^SELECT COUNT\(\*\)")
TRANSACTION = re.compile(
    r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET CONSTRAINTS"
    # A page's transaction ends with this by itself; only within the test's own must it be said.
    r"|SELECT set_config\('carepost.practices', '', true\)$)"
)


def statements(browser: Browser, address: str) -> list[str] | None:
    """What the second look at a page sends; None for what is no page to look at."""
    if browser.get(address).status_code != 200:
        return None
    with CaptureQueriesContext(connection) as caught:
        browser.get(address)
    return [q["sql"] for q in caught.captured_queries if not TRANSACTION.match(q["sql"])]


def counted(world: World) -> dict[str, list[str]]:
    """By route, what each page sends."""
    browser = browser_of(world.practice)
    found = {route.path: statements(browser, route.of(world)) for route in routes()}
    return {path: sent for path, sent in found.items() if sent is not None}


def test_a_page_sends_at_most_twelve_statements_and_no_more_for_more_rows() -> None:
    small, large = counted(crowd(10)), counted(crowd(2000))

    table = [f"{len(small[path]):3} {len(large[path]):3}  {path}" for path in sorted(large)]
    print("\n".join(table))
    wrong = [
        line
        for line, path in zip(table, sorted(large), strict=True)
        if len(large[path]) > MOST or len(uncounted(large[path])) != len(uncounted(small[path]))
    ]
    assert small.keys() == large.keys()
    assert not wrong, "\n".join(wrong)


def uncounted(sent: list[str]) -> list[str]:
    return [statement for statement in sent if not COUNT.match(statement)]
