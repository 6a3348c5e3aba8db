"""Which processes a database has, by /proc, and how those that an owner left behind are ended."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from carepost.config.embedded_postgres.errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.embedded_postgres.places import Places

_POLITE_SECONDS = 3.0
_FIRM_SECONDS = 6.0
_LONGEST_SECONDS = 30.0


def end_leftovers(places: Places) -> None:
    """Wait until no process of a former server is left, helping after 3 seconds.

    Only the holder of the lock calls this, so whatever runs has lost its owner: a server that is
    shutting down, or the busy backends of one that was killed, which go on with their query for as
    long as it takes and keep the next server out ("shared memory block is still in
    use"). They get SIGQUIT (PostgreSQL's immediate shutdown: what was committed is in its log),
    later SIGKILL. Raises `EmbeddedPostgresError` after 30 seconds.
    """
    begun = time.monotonic()
    while left := list(_of(places)):
        waited = time.monotonic() - begun
        if waited > _LONGEST_SECONDS:
            raise EmbeddedPostgresError(
                f"Processes of an earlier database of {places.home} do not end: "
                f"{', '.join(map(str, left))}. End them, or restart the machine."
            )
        if waited > _POLITE_SECONDS:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if waited > _FIRM_SECONDS else signal.SIGQUIT)
        time.sleep(0.05)


def remove_stale_files(places: Places) -> None:
    """Remove what a killed server left and the next would stumble over. Call after `end_leftovers`.

    PostgreSQL itself sees through a dead pid in `postmaster.pid`, and uses the file to guard its
    shared memory, so that stays. It is fooled by a zombie (a container whose first process
    reaps none) or by another program with the same pid: then the file goes.
    """
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (places.socket_dir / name).unlink(missing_ok=True)
    pid_file = places.data / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        os.kill(abs(int(pid_file.read_text().splitlines()[0])), 0)
        pid_file.unlink()


def _of(places: Places) -> Iterator[int]:
    # The working directory would tell too, but reading another user's takes a right that root in a
    # container has not. The command line is open to all: a server's names its data folder, its
    # children's the cluster.
    data, name = os.fsencode(places.data), places.cluster_name.encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, IndexError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            is_server = words[0].endswith(b"/postgres") and words[1:3] == [b"-D", data]
            is_child = words[0].startswith(b"postgres: " + name + b": ")
            if (is_server or is_child) and _state(entry) not in "ZX":
                yield int(entry.name)


def _state(entry: Path) -> str:
    # "pid (name) state …", where the name may hold brackets and spaces: proc(5)
    return (entry / "stat").read_text().rpartition(") ")[2][0]
