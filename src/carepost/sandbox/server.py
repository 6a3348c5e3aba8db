"""The sandbox as one asyncio process: the HTTP side and the mail server around one exchange."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from aiohttp import web

from carepost.sandbox.exchange import Exchange
from carepost.sandbox.inspection import add_inspection
from carepost.sandbox.options import MAX_FORM_BYTES, Options
from carepost.sandbox.pages.site import add_pages
from carepost.sandbox.smtp import serve_smtp
from carepost.sandbox.twilio_api import add_twilio

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Options", "Sandbox", "serve"]


class Sandbox:
    """A running sandbox: `async with Sandbox(options) as sandbox: sandbox.http_port …`."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.exchange = Exchange(options)
        self.http_port = 0
        self.smtp_port = 0
        self._runner: web.AppRunner | None = None
        self._smtp: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        """Where the Twilio API and the pages are."""
        return f"http://{_in_url(self.options.host)}:{self.http_port}"

    @property
    def smtp_url(self) -> str:
        """Where mail is taken."""
        return f"smtp://{_in_url(self.options.host)}:{self.smtp_port}"

    async def start(self) -> None:
        """Read the state file, then listen. Raises OSError when a port is taken."""
        await self.exchange.start()
        try:
            self._smtp = await serve_smtp(self.exchange)
            self.smtp_port = self._smtp.sockets[0].getsockname()[1]
            self._runner = web.AppRunner(_app(self), access_log=None, shutdown_timeout=1)
            await self._runner.setup()
            site = web.TCPSite(
                self._runner, self.options.host, self.options.http_port, backlog=1024
            )
            await site.start()
            self.http_port = self._runner.addresses[0][1]
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening, then close what is open."""
        if self._smtp is not None:
            self._smtp.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.exchange.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


async def serve(options: Options) -> None:
    """Run a sandbox until it is cancelled, or the process is told to end (SIGTERM, SIGINT).

    Says on standard output where it listens, once it does. Raises OSError when a port is taken
    or the state file cannot be written.
    """
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Not possible off the main thread: then whoever runs us there ends us by cancelling.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, told_to_end.set)
    async with Sandbox(options) as sandbox:
        print(f"Test phones, mailbox and Twilio API: {sandbox.base_url}", flush=True)
        print(f"Mail server: {sandbox.smtp_url}", flush=True)
        await told_to_end.wait()


def _app(sandbox: Sandbox) -> web.Application:
    app = web.Application(client_max_size=MAX_FORM_BYTES)
    add_twilio(app, sandbox.exchange)
    add_inspection(app, sandbox.exchange)
    add_pages(app, sandbox)
    return app


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
