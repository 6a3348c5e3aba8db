"""A real installation in a folder of its own, run by the real command in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = [sys.executable, "-m", "carepost.cli"]


@dataclass
class Running:
    """One `carepost up`, its port, and its children."""

    home: Path
    port: int
    process: subprocess.Popen[str] = field(repr=False)

    def get(self, path: str, seconds: float = 8) -> tuple[int, bytes]:
        """Status and body; 0 when nobody answers within so many seconds."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=seconds
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    @property
    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def children(self) -> dict[str, int]:
        """The process id of each child: web, worker, postgres."""
        found = {}
        parent = str(self.process.pid)
        for entry in Path("/proc").iterdir():
            try:
                stat = (entry / "stat").read_text().rpartition(") ")[2].split()
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (OSError, ValueError):
                continue
            if stat[1] == parent and stat[0] != "Z":
                name = next((w for w in (b"web", b"worker", b"sandbox") if w in words), b"postgres")
                found[name.decode()] = int(entry.name)
        return found


def command(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=_environment(home) | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def told(home: Path, *arguments: str) -> Any:
    """What a command answers in JSON."""
    done = command(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def up(home: Path) -> Iterator[Running]:
    """A `carepost up` that is ready; ended afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [*COMMAND, "up", "--port", str(port)],
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Running(home, port, process)
    try:
        wait_for(lambda: running.ready, 60)
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def wait_for(what: Callable[[], bool], seconds: float) -> float:
    """Wait until it is true; how long that took. Raises TimeoutError."""
    begun = time.monotonic()
    while not what():
        if time.monotonic() - begun > seconds:
            raise TimeoutError
        time.sleep(0.05)
    return time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as knock:
        knock.bind(("127.0.0.1", 0))
        return int(knock.getsockname()[1])


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CAREPOST_", "DATABASE_"))}
    if "CAREPOST_PG_BIN" in os.environ:
        kept["CAREPOST_PG_BIN"] = os.environ["CAREPOST_PG_BIN"]
    return kept | {"CAREPOST_HOME": str(home)}
