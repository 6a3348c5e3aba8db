"""Processes of ours that run together: started, started again when they die, ended in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST_PAUSE = 0.2  # seconds before a dead child is started again; doubled each time, up to
LONGEST_PAUSE = 3.0
STEADY_AFTER = 10.0  # a child that lived so long begins at the first pause again
GRACE = 6.0  # seconds between the request to end and the end
PARENT = "CAREPOST_PARENT"
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def live_as_long_as_parent() -> bool:
    """In a child: be told to end (SIGTERM) when the process that started us is gone.

    Says whether a `Family` started us; if none did, it does nothing.
    """
    parent = os.environ.pop(PARENT, "")
    if not parent:
        return False
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before the line above
        raise SystemExit(0)
    return True


@dataclass
class Child:
    """One process. `environment` is added to ours; `sockets` are descriptors that it inherits."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _pause: float = FIRST_PAUSE
    _start_at: float = 0.0

    def tend(self, now: float) -> float:
        """Start it if it is not running and may be; says in how many seconds to look again."""
        if self.process is not None:
            if self.process.poll() is None:
                return LONGEST_PAUSE
            if now - self._started >= STEADY_AFTER:
                self._pause = FIRST_PAUSE
            self.process = None
            self._start_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if now >= self._start_at:
            self._start(now)
            return LONGEST_PAUSE
        return self._start_at - now

    def _start(self, now: float) -> None:
        self._started = now
        self.process = subprocess.Popen(  # noqa: S603 -- our own program
            self.command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **self.environment, PARENT: str(os.getpid())},
            pass_fds=self.sockets,
            start_new_session=True,  # Ctrl-C is for the parent, who ends all in good order
        )


class Family:
    """Children tended until this process is told to end (SIGTERM, SIGINT). One per process.

    Use it in the main thread: a child is told of its parent's death when the thread that started
    it ends, and Python runs signal handlers there.
    """

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = list(children)
        self._told_to_end = False
        self._woken = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGCHLD, lambda *_: self._woken.set())

    def tend(self) -> None:
        """Returns when told to end, with every child gone."""
        try:
            while not self._told_to_end:
                self._woken.clear()
                now = time.monotonic()
                pause = min((child.tend(now) for child in self._children), default=LONGEST_PAUSE)
                if not self._told_to_end:
                    self._woken.wait(pause)
        finally:
            self.end_all()

    @property
    def told_to_end(self) -> bool:
        """Whether a signal came."""
        return self._told_to_end

    def end_all(self) -> None:
        """Ask every child to end, and end what does not within the grace."""
        living = [c.process for c in self._children if c.process and c.process.poll() is None]
        for process in living:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in living:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            if process.poll() is None:
                process.kill()
                process.wait()

    def _end(self, *_: object) -> None:
        self._told_to_end = True
        self._woken.set()
