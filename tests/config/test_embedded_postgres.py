"""The embedded PostgreSQL: started, shared, killed in every way, and there again.

Each test has a real server of its own, in a folder in the system's place for temporary files.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from carepost.config.embedded_postgres import Embedded, EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BUSY = "DO $$ BEGIN LOOP END LOOP; END $$"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets closed folders of others")


@contextmanager
def a_home(inside: str = "", *, mode: int = 0o711) -> Iterator[Path]:
    """A home that is not there yet, in a new folder of that mode; gone with its data afterwards."""
    base = Path(tempfile.mkdtemp(prefix="cp-"))
    base.chmod(mode)
    home = base / inside / "home"
    try:
        yield home
    finally:
        for link in (home / "postgres" / "run", home / "postgres"):
            if link.is_symlink():
                shutil.rmtree(os.path.realpath(link), ignore_errors=True)
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def another_process(home: Path, *, python: str = sys.executable, **how: object) -> Iterator[dict]:
    """Another process that starts the database of `home` and then waits, holding a session."""
    script = (
        "import json, os, sys, time; from pathlib import Path; import psycopg\n"
        "from carepost.config.embedded_postgres import Embedded\n"
        "e = Embedded(Path(sys.argv[1]), test=True); owned = e.start()\n"
        "c = psycopg.connect(e.superuser_dsn()); c.execute('SELECT 1')\n"
        "print(json.dumps({'owned': owned, 'uid': os.geteuid(), 'pid': os.getpid()}), flush=True)\n"
        "sys.stdin.read(); c.close(); e.stop()\n"
    )
    process = subprocess.Popen(
        [python, "-c", script, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        **how,  # type: ignore[call-overload]
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the other process could not start the database"
        yield json.loads(line)
    finally:
        with suppress(BrokenPipeError):
            process.communicate()


def ask(postgres: Embedded, query: str) -> str:
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return str(row[0]) if row else ""


def tell(postgres: Embedded, statement: str) -> None:
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute(statement)


def keep_busy(postgres: Embedded) -> threading.Thread:
    """A backend that computes and looks at nothing else; returns once it does."""

    def compute() -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(dsn) as connection:
            connection.execute(_BUSY)

    dsn = postgres.superuser_dsn()
    thread = threading.Thread(target=compute, daemon=True)
    thread.start()
    busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
    wait_until(lambda: ask(postgres, busy) == "1")
    return thread


def postmaster_pid(postgres: Embedded) -> int:
    return int((postgres.data / "postmaster.pid").read_text().splitlines()[0])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def runs(python: str, how: dict) -> bool:
    command = [python, "-c", "import psycopg, carepost.config.embedded_postgres"]
    try:
        return subprocess.run(command, cwd="/", capture_output=True, **how).returncode == 0
    except OSError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running() -> Iterator[Embedded]:
    """One server for the tests that only look at it."""
    with a_home() as home, Embedded(home) as postgres:
        yield postgres


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("timezone", "UTC"),
    ],
)
def test_a_setting_is_what_a_practice_needs(running: Embedded, setting: str, value: str) -> None:
    assert ask(running, f"SHOW {setting}") == value


@pytest.mark.parametrize("extension", ["btree_gist", "pg_trgm", "pgcrypto"])
def test_the_extensions_we_build_on_can_be_made(running: Embedded, extension: str) -> None:
    tell(running, f"CREATE EXTENSION {extension}")


def test_nobody_signs_in_without_the_password(running: Embedded) -> None:
    dsn = psycopg.conninfo.make_conninfo(running.superuser_dsn(), password="guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(dsn)


def test_password_and_socket_are_closed_to_others(running: Embedded) -> None:
    password = running.home / "postgres.password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(running.data.stat().st_mode) == 0o700


def test_what_a_failing_statement_holds_is_not_logged() -> None:
    with a_home() as home:
        with Embedded(home, test=True) as postgres:
            for statement in (
                "SELECT 'Ms Marker'::int",
                "SELECT marker_syntax error",
                "CREATE TABLE t (x text PRIMARY KEY); INSERT INTO t VALUES ('Marker'), ('Marker')",
            ):
                with pytest.raises(psycopg.Error):
                    tell(postgres, statement)
            log = postgres.data / "log"
        text = "".join(path.read_text() for path in log.iterdir())
        assert "database system is ready" in text
        assert "marker" not in text.lower()


def test_what_was_committed_is_there_at_the_next_start() -> None:
    with a_home() as home:
        with Embedded(home, test=True) as postgres:
            tell(postgres, "CREATE TABLE kept AS SELECT 7 AS n")
            pid = postmaster_pid(postgres)
        assert not is_alive(pid)
        with Embedded(home, test=True) as postgres:
            assert ask(postgres, "SELECT n FROM kept") == "7"


def test_a_second_process_connects_and_leaves_the_server_running() -> None:
    with a_home() as home, Embedded(home, test=True) as postgres:
        with another_process(home) as other:
            assert other["owned"] is False
        assert postgres.owned
        assert ask(postgres, "SELECT 1") == "1"


def test_a_second_object_of_the_same_process_connects_too() -> None:
    with a_home() as home, Embedded(home, test=True) as postgres:
        second = Embedded(home, test=True)
        assert second.start() is False
        second.stop()
        assert ask(postgres, "SELECT 1") == "1"


def test_a_fork_of_the_owner_does_not_stop_the_server() -> None:
    with a_home() as home, Embedded(home, test=True) as postgres:
        child = os.fork()
        if child == 0:
            try:
                postgres.stop()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert ask(postgres, "SELECT 1") == "1"


def test_the_server_outlives_the_thread_that_started_it() -> None:
    with a_home() as home:
        postgres = Embedded(home, test=True)
        thread = threading.Thread(target=postgres.start)
        thread.start()
        thread.join()
        time.sleep(0.3)
        try:
            assert postgres.ensure_running() is False
            assert ask(postgres, "SELECT 1") == "1"
        finally:
            postgres.stop()


def test_a_postmaster_killed_under_a_busy_backend_is_started_again() -> None:
    with a_home() as home, Embedded(home, test=True) as postgres:
        tell(postgres, "CREATE TABLE kept AS SELECT 7 AS n")
        thread = keep_busy(postgres)
        pid = postmaster_pid(postgres)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid))
        assert postgres.ensure_running() is True
        assert ask(postgres, "SELECT n FROM kept") == "7"
        thread.join(10)
        assert not thread.is_alive(), "the orphaned backend still computes"


def test_a_killed_backend_does_not_end_the_server() -> None:
    with a_home() as home, Embedded(home, test=True) as postgres:
        with psycopg.connect(postgres.superuser_dsn()) as victim:
            os.kill(victim.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                victim.execute("SELECT 1")
        wait_until(lambda: postgres.answers)
        assert postgres.ensure_running() is False


def test_the_server_goes_when_its_owner_is_killed_and_starts_again() -> None:
    with a_home() as home:
        postgres = Embedded(home, test=True)
        with another_process(home) as owner:
            assert owner["owned"] is True
            pid = postmaster_pid(postgres)
            os.kill(owner["pid"], signal.SIGKILL)
        wait_until(lambda: not is_alive(pid))
        with postgres:
            assert postgres.owned
            assert ask(postgres, "SELECT 1") == "1"


def test_a_start_at_the_very_moment_of_the_owners_death_waits_for_the_old_server() -> None:
    with a_home() as home:
        postgres = Embedded(home, test=True)
        with another_process(home) as owner:
            busy = keep_busy(postgres)
            os.kill(owner["pid"], signal.SIGKILL)
        with postgres:
            assert ask(postgres, "SELECT 1") == "1"
        busy.join(10)


def test_who_shared_a_server_takes_over_when_its_owner_is_gone() -> None:
    with a_home() as home:
        postgres = Embedded(home, test=True)
        with another_process(home) as owner:
            assert postgres.start() is False
            os.kill(owner["pid"], signal.SIGKILL)
        try:
            wait_until(lambda: postgres.ensure_running() or postgres.owned)
            assert postgres.owned
            assert ask(postgres, "SELECT 1") == "1"
        finally:
            postgres.stop()


def test_a_pid_file_that_names_another_program_does_not_keep_the_server_out() -> None:
    with a_home() as home:
        with Embedded(home, test=True) as postgres:
            file = postgres.data / "postmaster.pid"
            left = file.read_text().splitlines()
        sleeper = subprocess.Popen(["sleep", "600"])
        try:
            file.write_text("\n".join([str(sleeper.pid), *left[1:]]) + "\n")
            with Embedded(home, test=True) as postgres:
                assert ask(postgres, "SELECT 1") == "1"
        finally:
            sleeper.kill()
            sleeper.wait()


def test_a_database_that_was_half_made_is_made_anew() -> None:
    with a_home() as home:
        (home / "postgres" / "data.unfinished").mkdir(parents=True)
        (home / "postgres" / "data.unfinished" / "PG_VERSION").write_text("17\n")
        with Embedded(home, test=True) as postgres:
            assert ask(postgres, "SELECT 1") == "1"


def test_data_of_another_major_version_are_refused_with_the_way_out() -> None:
    with a_home() as home:
        with Embedded(home, test=True) as postgres:
            (postgres.data / "PG_VERSION").write_text("16\n")
        with pytest.raises(
            EmbeddedPostgresError, match="CAREPOST_PG_BIN to the programs of version 16"
        ):
            Embedded(home, test=True).start()
        assert not Embedded(home).owned


def test_a_long_home_gets_a_short_socket() -> None:
    with a_home("a-folder-of-a-practice/" * 5) as home, Embedded(home, test=True) as postgres:
        assert len(os.fsencode(home)) > 107
        assert len(os.fsencode(postgres.socket_dir / ".s.PGSQL.5432")) <= 107
        assert stat.S_IMODE(postgres.socket_dir.stat().st_mode) == 0o700
        assert ask(postgres, "SELECT 1") == "1"


def test_the_socket_folder_is_found_again_after_a_restart_of_the_machine() -> None:
    with a_home("a-folder-of-a-practice/" * 5) as home:
        with Embedded(home, test=True) as postgres:
            gone = postgres.socket_dir
        shutil.rmtree(gone)
        with Embedded(home, test=True) as postgres:
            assert ask(postgres, "SELECT 1") == "1"


@as_root
def test_a_home_in_a_closed_folder_has_its_data_elsewhere_and_they_follow_it() -> None:
    with a_home(mode=0o700) as home:
        with Embedded(home, test=True) as postgres:
            tell(postgres, "CREATE TABLE kept AS SELECT 7 AS n")
            assert not postgres.data.is_relative_to(home)
        moved = home.rename(home.with_name("moved"))
        with Embedded(moved, test=True) as postgres:
            assert ask(postgres, "SELECT n FROM kept") == "7"
        moved.rename(home)


@as_root
def test_lost_data_are_reported_and_not_replaced_by_an_empty_database() -> None:
    with a_home(mode=0o700) as home:
        with Embedded(home, test=True) as postgres:
            folder = postgres.data.parent
        shutil.rmtree(folder)
        with pytest.raises(EmbeddedPostgresError, match="that folder is gone"):
            Embedded(home, test=True).start()


@as_root
def test_root_serves_an_ordinary_users_home_as_that_user() -> None:
    user = pwd.getpwnam("nobody")
    with a_home() as home:
        home.mkdir()
        os.chown(home, user.pw_uid, user.pw_gid)
        with Embedded(home, test=True) as postgres:
            assert Path(f"/proc/{postmaster_pid(postgres)}").stat().st_uid == user.pw_uid
        assert (home / "postgres.password").stat().st_uid == user.pw_uid


@as_root
def test_an_ordinary_user_starts_it_too() -> None:
    user = pwd.getpwnam("nobody")
    how = {
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
        "env": {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    }
    candidates = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    python = next((path for path in candidates if runs(path, how)), None)
    if python is None:
        pytest.skip("no Python here that an ordinary user may run with our packages")
    with a_home(mode=0o777) as home, another_process(home, python=python, **how) as other:
        assert other["owned"] is True
        assert other["uid"] == user.pw_uid
        assert (home / "postgres" / "data").stat().st_uid == user.pw_uid
