"""A browser, and our pages served to it from the tests' own database and clock."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test.testcases import LiveServerThread

from carepost.web.doorway import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from playwright.sync_api import ConsoleMessage, Page

    from carepost.config.database import Database


@pytest.fixture(scope="session", autouse=True)
def beside_a_loop() -> Iterator[None]:
    """Playwright runs a loop in this thread; Django takes that for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium: scripts/test-needs says how to get it")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


class Strict(WSGIHandler):
    """Answers under the policy that the doorway sets in front of the real server."""

    def get_response(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/live":  # a stream that only an ASGI server can serve
            return HttpResponse(status=204)
        answer = super().get_response(request)
        answer["Content-Security-Policy"] = POLICY
        return answer


@pytest.fixture
def address(clean_database: Database) -> Iterator[str]:
    """Where our pages are, by a name for which browsers offer passkeys."""
    thread = LiveServerThread("localhost", lambda _: Strict())
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://localhost:{thread.port}"
    thread.terminate()
    thread.join(5)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of: errors, and what the policy stopped."""
    said: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        if line.type == "error" and not line.location["url"].endswith("/favicon.ico"):
            said.append(line.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
