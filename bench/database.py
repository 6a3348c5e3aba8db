"""A PostgreSQL of the benchmark's own: the one that Carepost brings along, durable as it ships."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from carepost.config.embedded_postgres import Embedded
from psycopg.conninfo import conninfo_to_dict

from machine import filesystem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS_DATABASE = "peers"
# A figure means nothing without these: they are printed with it.
_TOLD = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_level",
    "shared_buffers",
    "max_wal_size",
    "max_connections",
    "commit_delay",
    "wal_compression",
)


class NotDurable(RuntimeError):
    """The server would lose commits in a power cut, so no figure of it may be published."""


@dataclass(frozen=True)
class Database:
    """A running server: its home, its postmaster, and how to connect."""

    home: Path
    postmaster: int
    superuser: str
    facts: dict[str, str]

    def url(self, name: str = PEERS_DATABASE) -> str:
        """A superuser's `postgresql://` address of database `name`, for drivers that want one."""
        return _as_url(self.superuser, name)


@contextmanager
def running(home: Path | None = None) -> Iterator[Database]:
    """Start a server in `home` (default: a new temporary folder, removed at the end).

    Raises NotDurable when fsync or synchronous commits are off.
    """
    folder = home or Path(tempfile.mkdtemp(prefix="carepost-bench-"))
    server = Embedded(folder)
    try:
        server.start()
        yield _describe(folder, server.superuser_dsn())
    finally:
        server.stop()
        if home is None:
            data = Path(os.path.realpath(folder / "postgres"))  # it may be a link out of the home
            shutil.rmtree(data, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def _describe(folder: Path, superuser: str) -> Database:
    with psycopg.connect(superuser, autocommit=True) as connection:
        facts = {name: _show(connection, name) for name in _TOLD}
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            if facts[name] != "on":
                raise NotDurable(f"{name} is {facts[name]}: such figures are not published.")
        connection.execute(f"drop database if exists {PEERS_DATABASE}")
        connection.execute(f"create database {PEERS_DATABASE}")
        stat = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
        data = Path(_show(connection, "data_directory"))
    facts["data on"] = filesystem_of(data)
    postmaster = int(stat.rsplit(")", 1)[1].split()[1])  # a backend's parent
    return Database(folder, postmaster, superuser, facts)


def _show(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("select current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def _as_url(conninfo: str, name: str) -> str:
    parts = conninfo_to_dict(conninfo)
    user, host = quote(str(parts["user"]), safe=""), quote(str(parts["host"]), safe="")
    password = quote(str(parts["password"]), safe="")
    return f"postgresql://{user}:{password}@/{name}?host={host}&port={parts['port']}"


def checkpoint(url: str) -> None:
    """Write out what earlier trials dirtied, so that the next one does not pay for it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("checkpoint")
