"""Who owns a home's server: one process at a time, and nobody once it is dead."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Ownership:
    """A lock on a file. The kernel releases it when the process ends, by whatever means.

    A POSIX lock, since a child that a worker forks must not hold it on after its parent's death.
    Such a lock does not keep a process from itself, and is lost when the process closes the file
    anywhere; so while one of its objects holds it, `_held` keeps the others from the file.
    """

    _held: dict[str, int] = {}

    def __init__(self, path: Path) -> None:
        """`path` is the file to lock; made (0600) when missing."""
        self._path = path
        self._key = ""

    def take(self) -> bool:
        """Try to become the owner, without waiting; says whether we are now. Raises OSError."""
        if self.held:
            return True
        key = os.path.realpath(self._path)
        pid = os.getpid()
        if Ownership._held.get(key) == pid:
            return False  # another object of this very process is the owner
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (
            BlockingIOError,
            PermissionError,
        ):  # which of the two is the system's choice: fcntl(2)
            os.close(descriptor)
            return False
        Ownership._held[key] = pid
        self._key, self._descriptor, self._pid = key, descriptor, pid
        return True

    @property
    def held(self) -> bool:
        """Whether this object holds it, in this process and not in the one we were forked from."""
        return bool(self._key) and self._pid == os.getpid()

    def release(self) -> None:
        """Let go of it, if held."""
        if self.held:
            del Ownership._held[self._key]
            self._key = ""
            os.close(self._descriptor)
