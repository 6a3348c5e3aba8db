"""`demo`: a practice to try everything on, with test phones instead of carriers."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from carepost.cli.serving import Host, Port, address, halves, listening, run_together

if TYPE_CHECKING:
    from carepost.cli.family import Child
    from carepost.config.demo.seeding import Demo
    from carepost.config.demo.surroundings import Surroundings


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    phones_port: Annotated[int, typer.Option(help="Test phones and mailbox.")] = 8081,
    mail_port: Annotated[int, typer.Option(help="The sandbox's mail server.")] = 8025,
    big: Annotated[
        bool, typer.Option("--big", help="A large practice: 200,000 messages. Takes two minutes.")
    ] = False,
) -> None:
    """Run a demo practice on test phones: no account, no carrier, nothing real is touched."""
    with listening(host, port) as listener:
        from carepost.config.demo import surroundings

        base_url = address(listener)
        around = surroundings.enter(os.environ, base_url, phones_port, mail_port, big=big)
        made: list[Demo] = []

        def prepare() -> None:
            from carepost.cli import installation
            from carepost.config.demo import seeding, size, visits_file, writing
            from carepost.ground import clock

            installation.prepare_to_serve()
            made.append(seeding.seed(around.home, clock.now(), size.BIG if big else size.SMALL))
            visits_file.write(around.home, made[0].timezone, clock.now())
            if big:
                writing.take_stock()

        def ready() -> list[Child]:
            print("\n".join(_words(made[0], around, base_url)), flush=True)
            return [_sandbox(around), *halves(listener, 1)]

        run_together(ready, prepare=prepare)


def _sandbox(around: Surroundings) -> Child:
    from carepost.cli.family import Child

    command = [sys.executable, "-m", "carepost.cli", "sandbox"]
    command += ["--http-port", str(around.phones_port), "--smtp-port", str(around.mail_port)]
    # The account's token is in the environment, which the list of processes does not show.
    return Child([*command, "--state-file", str(around.state_file)])


def _words(demo: Demo, around: Surroundings, base_url: str) -> list[str]:
    from carepost.config.demo.staff import OWNER, STAFF
    from carepost.config.demo.visits_file import CLEAN, MISTAKEN

    others = [
        f"{person.email}  ({person.name}, {person.role.label.lower()})" for person in STAFF[1:]
    ]
    return [
        "The demo practice runs. A first reminder arrives within a minute.",
        "",
        f"  Carepost     {base_url}",
        f"  Sign in:     {OWNER} / {demo.password}",
        f"  Test phones  {around.phones_url}   (and the test mailbox)",
        f"  API          {base_url}/api/v1/docs",
        f"  Practice     {demo.practice_id}",
        f"  Token        {demo.token}",
        "",
        "Others sign in by the same password:",
        *(f"  {line}" for line in others),
        "",
        "Import a file of visits into it, on its page or from another terminal",
        f"({CLEAN}; {MISTAKEN} shows what becomes of mistakes):",
        f"  export CAREPOST_HOME={around.home}",
        f"  {_ourselves()} import csv $CAREPOST_HOME/{CLEAN} --practice {demo.practice_id}",
        "",
        "Ctrl-C ends it. The next start goes on with the same data.",
    ]


def _ourselves() -> str:
    """How to call us again from the same folder."""
    return sys.argv[0] if sys.argv[0].endswith("/carepost") else "carepost"
