"""The folders of one home's database, made so that the server's user gets to them."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from carepost.config.embedded_postgres.account import SYSTEM_FOLDER
from carepost.config.embedded_postgres.errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from carepost.config.embedded_postgres.account import Account

_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")


@dataclass(frozen=True)
class Places:
    """Where the files of a home's database lie."""

    home: Path

    @property
    def root(self) -> Path:
        """The folder of it all; a link when the server's user cannot get into the home."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory, as the server is told it."""
        return Path(os.path.realpath(self.root)) / "data"

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket, as short as it can be named."""
        return Path(os.path.realpath(self.root / "run"))

    @property
    def start_log(self) -> Path:
        """What the server said before its own log was open."""
        return self.root / "start.log"

    @property
    def password_file(self) -> Path:
        """The superuser's password."""
        return self.home / "postgres.password"

    def ensure_password(self) -> str:
        """The superuser's password; made (random; 0600, the home owner's) if missing."""
        if not self.password_file.exists():
            unfinished = self.password_file.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_urlsafe(32))
            self.give_to_home_owner(unfinished)
            unfinished.replace(self.password_file)
        return self.password_file.read_text().strip()

    def give_to_home_owner(self, file: Path) -> None:
        """Make a file in the home its owner's. Does nothing unless we are root."""
        if os.geteuid() == 0:  # root serving somebody else's home leaves nothing they cannot open
            owner = self.home.stat()
            os.chown(file, owner.st_uid, owner.st_gid)

    @property
    def lock_file(self) -> Path:
        """What the owner of the server holds locked."""
        return self.home / "postgres.lock"

    @property
    def cluster_name(self) -> str:
        """What the server's processes are called in the process list, after its data's path."""
        return f"carepost-{_short_hash(self.data)}"


def prepare(places: Places, account: Account) -> None:
    """Make the folders, for the owner of the server only. Safe to repeat.

    Raises `EmbeddedPostgresError` when the data have gone from where they were.
    """
    root = places.root
    if root.is_symlink() and not root.exists():
        raise EmbeddedPostgresError(
            f"The database of {places.home} lay in {os.readlink(root)}, and that folder is gone. "
            f"Put it back; or, to begin with an empty database, delete {root}."
        )
    if account.other:
        # Passing through is enough; what is in the home is 0600 and cannot be listed.
        places.home.chmod(places.home.stat().st_mode & 0o7777 | stat.S_IXGRP | stat.S_IXOTH)
    places.give_to_home_owner(places.lock_file)
    if not root.exists():
        if account.can_enter(places.home):
            root.mkdir(mode=0o700)
        else:
            elsewhere = SYSTEM_FOLDER / _short_hash(places.home)
            SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
            elsewhere.mkdir(mode=0o700, exist_ok=True)
            root.symlink_to(elsewhere)
    _give(Path(os.path.realpath(root)), account)
    _make_socket_folder(places, account)


def _make_socket_folder(places: Places, account: Account) -> None:
    run = places.root / "run"
    if run.is_symlink() and not run.exists():
        run.unlink()  # a short folder that went with a restart of the machine
    if not run.exists():
        beside = Path(os.path.realpath(places.root)) / "run"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER:
            run.mkdir(mode=0o700)
        else:
            base = Path("/run") if account.other else Path(_short_base())
            short = base / f"carepost-{account.uid}-{_short_hash(places.home)}"
            short.mkdir(mode=0o700, exist_ok=True)
            run.symlink_to(short)
    folder = places.socket_dir
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        # In a folder that all may write to, somebody else may have been there first.
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Delete it and try again.")
    if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER:
        raise EmbeddedPostgresError(
            f"{folder} is too long a path for a socket. Set TMPDIR shorter."
        )
    _give(folder, account)


def _short_base() -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return runtime if os.access(runtime, os.W_OK | os.X_OK) else tempfile.gettempdir()


def _give(folder: Path, account: Account) -> None:
    account.own(folder)
    folder.chmod(0o700)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
