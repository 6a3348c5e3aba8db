"""`up` and its halves, `web` and `worker`."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from carepost.cli.outcomes import UNREACHABLE, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carepost.cli.family import Child

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)]
_Inherited = Annotated[int, typer.Option(hidden=True)]


def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Worker processes.", min=1, max=64)] = 1,
) -> None:
    """Run everything: pages, API and workers, and the database unless DATABASE_URL is set."""
    from carepost.cli import installation

    with listening(host, port) as listener:

        def ready() -> list[Child]:
            print(f"Carepost runs on {address(listener)}", flush=True)
            return halves(listener, workers)

        run_together(ready, prepare=installation.prepare_to_serve)


def run_together(ready: Callable[[], Sequence[Child]], *, prepare: Callable[[], None]) -> None:
    """The database, then `prepare()`, then the children that `ready()` gives, until told to end."""
    from carepost.cli import installation
    from carepost.cli.family import Family

    with installation.opened(prepare, keep=True):
        from django.db import connections

        connections.close_all()  # from here on this process needs no database
        Family(ready()).tend()


def halves(listener: socket.socket, workers: int) -> list[Child]:
    """The children of `up`: pages on an open socket, so that a restart refuses nobody; workers."""
    from carepost.cli.family import Child
    from carepost.config.environment import ENVIRONMENT

    ours = [sys.executable, "-m", "carepost.cli"]
    home = {"CAREPOST_HOME": str(ENVIRONMENT.home)}
    listener.set_inheritable(True)
    pages = Child([*ours, "web", "--inherited", str(listener.fileno())], home, [listener.fileno()])
    return [pages, *(Child([*ours, "worker"], home) for _ in range(workers))]


def web(host: Host = "127.0.0.1", port: Port = 8000, inherited: _Inherited = -1) -> None:
    """Serve pages and API. Any number of these share a database."""
    from carepost.cli import installation
    from carepost.cli.family import live_as_long_as_parent

    child = live_as_long_as_parent()
    listener = socket.socket(fileno=inherited) if inherited >= 0 else listening(host, port)
    with listener, installation.opened(_preparation(child), keep=not child):
        if not child:
            print(f"Pages and API on {address(listener)}", flush=True)
        _serve(listener)


def _serve(listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        "carepost.config.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,  # URLs name clients' rows
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=4,
    )
    # The server raises the signal anew once it has ended; then there is nothing left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listener])


def worker() -> None:
    """Plan, send and hear back. Any number of these share a database."""
    from carepost.cli import installation, working
    from carepost.cli.family import live_as_long_as_parent

    child = live_as_long_as_parent()
    with installation.opened(_preparation(child), keep=not child):
        working.work_until_told_to_end()


def _preparation(child: bool) -> Callable[[], None]:
    from carepost.cli import installation

    return installation.leave_as_it_is if child else installation.prepare_to_serve


def sandbox(
    host: Host = "127.0.0.1",
    http_port: Annotated[int, typer.Option(help="Test phones, mailbox, Twilio API.")] = 8081,
    smtp_port: Annotated[int, typer.Option(help="Mail server.")] = 8025,
    account_sid: Annotated[
        str, typer.Option(envvar="CAREPOST_TWILIO_ACCOUNT_SID")
    ] = "AC00000000000000000000000000000000",
    auth_token: Annotated[
        str, typer.Option(envvar="CAREPOST_TWILIO_AUTH_TOKEN", show_default=False)
    ] = "sandbox",  # noqa: S107 -- it opens nothing but the sandbox
    state_file: Annotated[str, typer.Option(help="Keep all that is accepted here.")] = "",
) -> None:
    """Run test phones and a test mailbox that speak as the carriers do. Calls nobody."""
    from carepost.cli.family import live_as_long_as_parent

    live_as_long_as_parent()
    from carepost.sandbox.__main__ import main

    given = [f"--host={host}", f"--http-port={http_port}", f"--smtp-port={smtp_port}"]
    given += [f"--account-sid={account_sid}", f"--auth-token={auth_token}"]
    given += [f"--state-file={state_file}"] if state_file else []
    if main(given) != 0:
        raise typer.Exit(UNREACHABLE)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises Refusal when it cannot."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(where[:2], family=family, backlog=1024, reuse_port=False)
    except OSError as error:
        raise Refusal(
            f"{host}:{port} cannot be listened on ({_why(error)}). "
            "Choose another with --host and --port.",
            UNREACHABLE,
        ) from None


def _why(error: OSError) -> str:
    # socket.create_server adds the address to the words, which the sentence has already.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


def address(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    shown = "localhost" if host in ("127.0.0.1", "::1") else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
