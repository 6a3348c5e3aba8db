"""A whole installation for the browser: pages, worker and database, with test phones as carriers.

Everything is the real command in processes of its own; its clock is the machine's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from carepost.config.demo import calendar, surroundings
from tests.cli import installation
from tests.cli.installation import COMMAND, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class House:
    """Where it is. `zone`: one in which it is daytime, so that nothing waits for the morning."""

    home: Path
    url: str
    phones_url: str
    environment: dict[str, str]
    zone: str

    def command(self, *arguments: str) -> Any:
        """What a command answers in JSON."""
        done = installation.command(self.home, *arguments, "--json", **self.environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def found(self, name: str, owner: str) -> dict[str, str]:
        """A new practice: its ids, its token, and the link for its owner's password."""
        return dict(
            self.command(
                "practice", "create", name, "--timezone", self.zone, "--owner", owner,
                "--phone", "+12025550199",
            )
        )  # fmt: skip


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """One that is ready; ended afterwards, each process by its own id."""
    port = free_port()
    given = {"CAREPOST_HOME": str(folder)}
    around = surroundings.enter(given, f"http://localhost:{port}", free_port(), free_port())
    environment = {**given, "CAREPOST_LEASE": "5"}
    phones = [
        "sandbox", "--http-port", str(around.phones_port), "--smtp-port", str(around.mail_port),
        "--state-file", str(around.state_file),
    ]  # fmt: skip
    house = House(
        around.home,
        f"http://localhost:{port}",
        around.phones_url,
        environment,
        calendar.daytime_zone(datetime.now(UTC)),
    )
    with ExitStack() as running:
        running.enter_context(_process(phones, environment))
        running.enter_context(_process(["up", "--port", str(port)], environment))
        up = installation.Running(around.home, port, None)  # type: ignore[arg-type]
        wait_for(lambda: up.ready, 150)
        yield house


@contextmanager
def _process(arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env={**_clean(), **environment},
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr if os.environ.get("SHOW_SERVERS") else subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _clean() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name == "CAREPOST_PG_BIN" or not name.startswith(("CAREPOST_", "DATABASE_", "DJANGO_"))
    }
