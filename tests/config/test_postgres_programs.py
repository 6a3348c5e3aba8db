"""Which build of PostgreSQL is used, and that whoever runs it can read it."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carepost.config.embedded_postgres import EmbeddedPostgresError, programs
from carepost.config.embedded_postgres.account import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

OURSELVES = Account(os.geteuid(), os.getegid(), other=False)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another user")


@pytest.fixture
def system_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that all may enter, in the place of the system's own."""
    folder = Path(tempfile.mkdtemp(prefix="cp-"))
    folder.chmod(0o755)
    monkeypatch.setattr(programs, "SYSTEM_FOLDER", folder / "carepost")
    yield folder / "carepost"
    shutil.rmtree(folder)


def a_build(folder: Path, version: str = "17.10") -> Path:
    """A build whose `postgres` only tells its version; gives its folder of programs."""
    programs_folder = folder / "build" / "bin"
    (folder / "build" / "share").mkdir(parents=True)
    (folder / "build" / "share" / "note").write_text("share")
    programs_folder.mkdir()
    (programs_folder / "postgres").write_text(
        f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n"
    )
    (programs_folder / "postgres").chmod(0o700)
    return programs_folder


def test_the_wheel_brings_a_build_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAREPOST_PG_BIN", raising=False)
    assert programs.find(OURSELVES).major >= 15


def test_another_build_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = a_build(tmp_path, "16.4 (Debian 16.4-1)")
    monkeypatch.setenv("CAREPOST_PG_BIN", str(chosen))
    assert programs.find(OURSELVES) == programs.Programs(chosen, 16)


def test_a_build_that_is_too_old_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREPOST_PG_BIN", str(a_build(tmp_path, "14.9")))
    with pytest.raises(EmbeddedPostgresError, match="needs 15 or later"):
        programs.find(OURSELVES)


def test_a_chosen_folder_without_a_build_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREPOST_PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedPostgresError, match="CAREPOST_PG_BIN"):
        programs.find(OURSELVES)


@as_root
def test_a_build_in_a_closed_folder_is_copied_once_to_where_all_can_read_it(
    tmp_path: Path, system_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAREPOST_PG_BIN", raising=False)
    tmp_path.chmod(0o700)
    closed = a_build(tmp_path)
    monkeypatch.setattr(programs, "_from_wheel", lambda: closed)
    user = pwd.getpwnam("nobody")
    nobody = Account(user.pw_uid, user.pw_gid, other=True)

    first, second = programs.find(nobody), programs.find(nobody)

    assert first == second
    assert first.bin.is_relative_to(system_folder)
    assert [path.name for path in system_folder.iterdir()] == [first.bin.parent.name]
    assert (first.bin.parent / "share" / "note").read_text() == "share"
    assert stat.S_IMODE((first.bin / "postgres").stat().st_mode) == 0o755
