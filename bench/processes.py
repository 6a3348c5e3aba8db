"""The processes a benchmark starts: each is ended by its own id, whatever happens to it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

BENCH = Path(__file__).resolve().parent
_LIBC = ctypes.CDLL(None)  # loaded before any fork
_PR_SET_PDEATHSIG = 1  # prctl(2)


class ProcessFailed(RuntimeError):
    """A process ended, or stayed silent, when the benchmark needed it; says what it printed."""


def _die_with_parent() -> None:
    """Ask Linux to end this child with the benchmark, even when that is killed with -9."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def turn_sigterm_into_exit() -> None:
    """Make SIGTERM unwind the stack like Ctrl-C, so that every `finally` ends its processes."""

    def leave(signum: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, leave)


@dataclass
class Child:
    """One started process, its standard output (a pipe) and its standard error (a file)."""

    name: str
    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def wait_for(self, word: str, seconds: float = 30) -> None:
        """Read lines of its output until one is `word`.

        Raises ProcessFailed when it ends or stays silent for `seconds`.
        """
        out = self.process.stdout
        assert out is not None
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while selector.select(max(0.0, deadline - time.monotonic())):
                line = out.readline()
                if line.strip() == word.encode():
                    return
                if not line:
                    break
        raise ProcessFailed(f"{self.name} never said {word!r}:\n{self.last_errors()}")

    def check_alive(self) -> None:
        """Raise ProcessFailed if it has ended."""
        if self.process.poll() is not None:
            code = self.process.returncode
            raise ProcessFailed(f"{self.name} ended with {code}:\n{self.last_errors()}")

    def last_errors(self) -> str:
        """The end of what it wrote to standard error."""
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read()[-2000:].decode(errors="replace")

    def end(self, seconds: float = 3) -> None:
        """Ask it to end, then insist; its own session goes with it (pools that it forked)."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.errors.close()


@dataclass
class Children:
    """The processes started for one purpose; leaving the `with` ends them all."""

    running: list[Child] = field(default_factory=list)

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        self.end_all()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        output: IO[bytes] | int = subprocess.PIPE,
        user: str | None = None,
    ) -> Child:
        """Start `command` in a session of its own, the benchmark's modules importable in it.

        `environment` is added to the benchmark's own; `output` takes standard output.
        `user` is whom it runs as, when we are root.
        """
        errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by Child.end
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": str(BENCH), **(environment or {})},
            start_new_session=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=_die_with_parent,
        )
        child = Child(name, process, errors)
        self.running.append(child)
        return child

    def start_python(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> Child:
        """Start one of the benchmark's own modules (`peers.hand`) with this interpreter."""
        command = [sys.executable, "-P", "-m", module, *arguments]
        return self.start(module, command, environment=environment)

    def end_all(self) -> None:
        """End every process, the last started first."""
        while self.running:
            self.running.pop().end()
