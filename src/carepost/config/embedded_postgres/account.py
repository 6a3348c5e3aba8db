"""Whom the server runs as: PostgreSQL refuses root, so root lends it an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carepost.config.embedded_postgres.errors import EmbeddedPostgresError

SYSTEM_FOLDER = Path("/var/lib/carepost")
"""Where root keeps what the server's user must reach."""

_NAME = "carepost"


@dataclass(frozen=True)
class Account:
    """A user of this machine, other than the one we run as when `other` is true."""

    uid: int
    gid: int
    other: bool

    def run_as(self) -> dict[str, Any]:
        """The keywords that make `subprocess` run a program as this user; of several types."""
        if not self.other:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether this user gets to what lies in `folder`, by the kernel's own word."""
        command = ["/usr/bin/test", "-x", str(folder)]
        test = subprocess.run(command, check=False, **self.run_as())  # noqa: S603 -- a constant
        return test.returncode == 0

    def own(self, path: Path) -> None:
        """Make `path` this user's (not what is in it)."""
        if self.other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def for_home(home: Path) -> Account:
    """The user who runs the server of `home`: ourselves or, when we are root, the owner of `home`,
    or the system user `carepost`. Raises `EmbeddedPostgresError` when there is no such user."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), other=False)
    owner = home.stat().st_uid
    try:
        user = pwd.getpwuid(owner) if owner != 0 else _system_user()
    except KeyError:
        raise EmbeddedPostgresError(
            f"{home} belongs to user {owner}, whom this machine does not know. "
            "Give the folder to a user of this machine, or to root."
        ) from None
    return Account(user.pw_uid, user.pw_gid, other=True)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if useradd:
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run(  # noqa: S603 -- constants
            [useradd, *options, "--home-dir", str(SYSTEM_FOLDER), _NAME],
            check=False,  # another process may have made it first; a read-only /etc says no
            capture_output=True,
        )
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        return pwd.getpwnam("nobody")
