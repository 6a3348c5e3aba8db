"""A real installation in a folder of its own: `carepost up`, and the sandbox as its carriers.

Every process is a real one, and every one can be killed. What they say goes to files, which are
searched afterwards for what must not be said.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from carepost.config.database import Database
from carepost.config.embedded_postgres import Embedded
from carepost.config.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "AC" + "f" * 32
TOKEN = "the sandbox's token"
LEASE_SECONDS = 10
LOOKUP_WAIT_SECONDS = 2
PATIENCE = 180.0  # seconds for whatever takes a moment: the machine may be slow, and shared
_LIBC = ctypes.CDLL(None)  # loaded before any fork
_PR_SET_PDEATHSIG = 1  # prctl(2)


def wait_for(what: Callable[[], Any], named: str, seconds: float = PATIENCE) -> Any:
    """Wait until it gives something true, and give that, whatever it is. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > deadline:
            raise TimeoutError(named)
        time.sleep(0.05)
    return found


@dataclass
class Installation:
    """`base` holds the home, the sandbox's state and the logs."""

    base: Path
    web_port: int
    http_port: int
    smtp_port: int
    up: subprocess.Popen[bytes] | None = None
    sandbox: subprocess.Popen[bytes] | None = None
    _read: int = 0  # bytes of the sandbox's journal that were counted
    _taken: int = 0
    _logs: list[Path] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.base / "home"

    @property
    def state_file(self) -> Path:
        """What the sandbox took, on disk before it answers: it can be read while it is dead."""
        return self.base / "sandbox.jsonl"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CAREPOST_", "DJANGO_"))}
        kept.pop("DATABASE_URL", None)
        if "CAREPOST_PG_BIN" in os.environ:
            kept["CAREPOST_PG_BIN"] = os.environ["CAREPOST_PG_BIN"]
        return kept | {
            "CAREPOST_HOME": str(self.home),
            "CAREPOST_SECRET_KEY": "what is killed and rises again" * 2,
            "CAREPOST_BASE_URL": f"http://127.0.0.1:{self.web_port}",
            "CAREPOST_TWILIO_ACCOUNT_SID": ACCOUNT,
            "CAREPOST_TWILIO_AUTH_TOKEN": TOKEN,
            "CAREPOST_TWILIO_FROM": "+12025550100",
            "CAREPOST_TWILIO_API_BASE": f"http://127.0.0.1:{self.http_port}",
            "CAREPOST_EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}?tls=none",
            "CAREPOST_EMAIL_FROM": "desk@practice.example",
            "CAREPOST_LOOKUP_WAIT": str(LOOKUP_WAIT_SECONDS),
            "CAREPOST_LEASE": str(LEASE_SECONDS),
        }

    @property
    def database(self) -> Database:
        return Database.of(Environment(self.environment))

    @property
    def server(self) -> Embedded:
        """Where the embedded PostgreSQL's files lie. It is `up`'s: never start it by this."""
        return Embedded(self.home)

    def start_up(self, workers: int) -> None:
        command = [sys.executable, "-m", "carepost.cli", "up", "--host", "127.0.0.1"]
        command += ["--port", str(self.web_port), "--workers", str(workers)]
        self.up = self._start("up", command)
        wait_for(lambda: self._answers(self.web_port, "/readyz"), "carepost up")

    def start_sandbox(self) -> None:
        command = [sys.executable, "-m", "carepost.sandbox", "--http-port", str(self.http_port)]
        command += ["--smtp-port", str(self.smtp_port), "--account-sid", ACCOUNT]
        command += ["--state-file", str(self.state_file)]
        self.sandbox = self._start("sandbox", command)

    def run(self, script: Path, *arguments: str) -> Any:
        """Run a script within the installation's surroundings; what it printed, as JSON."""
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def beside(self, script: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A script that runs within the installation's surroundings, and is talked to by lines."""
        with (self.base / f"{script.stem}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(script), *arguments],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=_end_with_the_tests,
            )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def ask_sandbox(self, path: str, given: dict[str, Any] | None = None) -> Any:
        """GET from the sandbox, or POST what is given, once it listens."""
        url = f"http://127.0.0.1:{self.http_port}{path}"
        wait_for(lambda: self._answers(self.http_port, "/healthz"), "the sandbox")
        data = None if given is None else json.dumps(given).encode()
        with urllib.request.urlopen(url, data=data, timeout=60) as answer:
            return json.load(answer)

    def rows(self, query: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """What the administrator sees. Raises psycopg.OperationalError while it is away."""
        with psycopg.connect(self.database.admin, connect_timeout=10) as db:
            return db.execute(query, parameters).fetchall()

    def taken(self) -> int:
        """How many texts and mails the sandbox has taken, whether it lives or not."""
        if self.state_file.exists():
            with self.state_file.open("rb") as journal:
                journal.seek(self._read)
                fresh = journal.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._read += len(whole)
            self._taken += whole.count(b'{"kind":"text"') + whole.count(b'{"kind":"mail"')
        return self._taken

    def children(self, named: bytes) -> list[int]:
        """Ids of `up`'s living children of this name, the oldest first."""
        assert self.up is not None
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                state, parent = (entry / "stat").read_text().rpartition(") ")[2].split()[:2]
                if int(parent) == self.up.pid and state not in "ZX":
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if named in words:
                        found.append(int(entry.name))
        return sorted(found)

    def logs(self) -> dict[str, str]:
        """Everything that any process wrote for an operator to read, by the file's name."""
        data = self.server.data
        files = [*self._logs, *(data / "log").glob("*"), data.parent / "start.log"]
        files += self.home.glob("*.log")
        return {str(f): f.read_text(errors="replace") for f in files if f.is_file()}

    def end(self) -> None:
        """End what was started: `up` takes its children and its database with it."""
        for process in (self.up, self.sandbox):
            if process is not None and process.poll() is None:
                process.terminate()
        for process in (self.up, self.sandbox):
            if process is not None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(60)
                process.kill()
                process.wait()

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        path = self.base / f"{name}.log"
        if path not in self._logs:
            self._logs.append(path)
        with path.open("ab") as log:
            return subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_the_tests,
            )

    @staticmethod
    def _answers(port: int, path: str) -> bool:
        try:
            url = f"http://127.0.0.1:{port}{path}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def made() -> Iterator[Installation]:
    """A folder and three free ports; all that was started is ended, and the folder deleted."""
    base = Path(tempfile.mkdtemp(prefix="carepost-faults-"))
    base.chmod(0o711)  # PostgreSQL may run as another user than the tests
    installation = Installation(base, *_free_ports(3))
    try:
        yield installation
    finally:
        installation.end()
        for link in (installation.home / "postgres" / "run", installation.home / "postgres"):
            if link.is_symlink():
                shutil.rmtree(os.path.realpath(link), ignore_errors=True)
        shutil.rmtree(base, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    knocks = [socket.socket() for _ in range(count)]
    try:
        for knock in knocks:
            knock.bind(("127.0.0.1", 0))
        return [int(knock.getsockname()[1]) for knock in knocks]
    finally:
        for knock in knocks:
            knock.close()


def _end_with_the_tests() -> None:
    """In a child: be asked to end when the tests are gone, even by -9."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
