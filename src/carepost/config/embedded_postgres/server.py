"""One home's server: started, watched and stopped by its owner, used by whoever comes later."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg
from psycopg.conninfo import make_conninfo

from carepost.config.embedded_postgres import (
    account,
    lasting_thread,
    places,
    processes,
    programs,
    tuning,
)
from carepost.config.embedded_postgres.errors import EmbeddedPostgresError
from carepost.config.embedded_postgres.ownership import Ownership

if TYPE_CHECKING:
    from types import TracebackType

    from carepost.config.embedded_postgres.account import Account
    from carepost.config.embedded_postgres.programs import Programs

EXTENSIONS = ("btree_gist", "pg_trgm", "pgcrypto")
_READY_SECONDS = 120.0  # replaying the log after a crash takes its time
_STILL_IN_USE_SECONDS = 30.0
_LAUNCH = Path(__file__).with_name("launch.py")


class Embedded:
    """The PostgreSQL of one `CAREPOST_HOME`. With `with`: started on entry, stopped on exit."""

    port = 5432
    """Part of the socket's name only; nothing listens on the network."""

    def __init__(self, home: Path, *, test: bool = False) -> None:
        """`home` is made (0700) when missing. `test` is faster, and loses data with the power."""
        self._home = Path(os.path.realpath(home))
        self._places = places.Places(self._home)
        self._test = test
        self._ownership = Ownership(self._places.lock_file)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def owned(self) -> bool:
        """Whether this object started the server and answers for it."""
        return self._ownership.held

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket: the `host` to connect to. Final once started."""
        return self._places.socket_dir

    @property
    def home(self) -> Path:
        """The home it serves, links followed."""
        return self._home

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory, for a backup or a look. Final once started."""
        return self._places.data

    @property
    def answers(self) -> bool:
        """Whether the server takes a connection and a password at this moment, whoever owns it.

        Raises `EmbeddedPostgresError` when the kept password is not the database's.
        """
        if not self._listens():
            return False
        try:
            psycopg.connect(self.superuser_dsn(), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedPostgresError(
                    f"The password in {self._places.password_file} is not the database's."
                ) from None
            return False  # it is starting up, or shutting down
        return True

    @property
    def bin(self) -> Path:
        """The folder of PostgreSQL's programs: pg_dump, pg_restore, psql, pg_basebackup."""
        return programs.find(account.for_home(self._home)).bin

    def superuser_dsn(self, dbname: str = "postgres") -> str:
        """How the superuser `postgres` connects to a database, password included: never log it.

        Raises `EmbeddedPostgresError` before the first start.
        """
        try:
            password = self._places.password_file.read_text().strip()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The database's password cannot be read from {self._places.password_file} "
                f"({error.strerror}). Start Carepost once, as the user the folder belongs to."
            ) from error
        return make_conninfo(
            host=str(self.socket_dir),
            port=self.port,
            user="postgres",
            password=password,
            dbname=dbname,
        )

    def start(self) -> bool:
        """See to it that the server runs and answers; says whether we own it now.

        1. Take the lock. Who has it owns the server: makes the database if there is none,
           ends what a killed owner left, starts, waits for an answer.
        2. Who does not get it waits until the owner's server answers; if that owner dies
           meanwhile, the lock is free and we take its place.

        Raises `EmbeddedPostgresError`.
        """
        self._make_home()
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._take_ownership():
                try:
                    self._start_as_owner()
                except BaseException:
                    self.stop()
                    raise
                return True
            if self.answers:
                return False
            time.sleep(0.1)
        raise EmbeddedPostgresError(
            f"Another process holds {self._places.lock_file}, but its database does not answer. "
            "Stop that Carepost and start it again."
        )

    def ensure_running(self) -> bool:
        """Start the server again if it died; says whether that was needed. Call it every second.

        Cheap while all is well. Where another process owned the server and is gone, we become its
        owner. Raises `EmbeddedPostgresError` when it cannot be started; call again later.
        """
        if self.owned:
            if self._process is not None and self._process.poll() is None:
                return False
        elif self._listens():
            return False
        self.start()
        return True

    def stop(self) -> None:
        """Stop the server if we own it: sessions are ended, what was committed is on the disk.

        Does nothing when another process owns it, or in a fork of the owner.
        """
        if not self.owned:
            return
        try:
            if self._process is not None:
                _end(self._process)
                self._process = None
                processes.end_leftovers(self._places)  # backends of a postmaster that was killed
        finally:
            self._ownership.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _take_ownership(self) -> bool:
        try:
            return self._ownership.take()
        except OSError as error:
            raise self._cannot_use_home(error) from error

    def _make_home(self) -> None:
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._cannot_use_home(error) from error

    def _cannot_use_home(self, error: OSError) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            f"{self._home} cannot be used ({error.strerror}). Run Carepost as its owner, "
            "or set CAREPOST_HOME to a folder of your own."
        )

    def _start_as_owner(self) -> None:
        user = account.for_home(self._home)
        places.prepare(self._places, user)
        build = programs.find(user)
        processes.end_leftovers(self._places)
        if not self._places.data.is_dir():
            self._make_database(build, user)
        self._check_version(build)
        tuning.write(self._places, user, test=self._test)
        deadline = time.monotonic() + _STILL_IN_USE_SECONDS
        while not self._launch(build, user):
            # A backend of the killed server has left /proc but not yet its memory.
            said = self._last_words()
            if "still in use" not in said or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"The database did not start: {said}")
            time.sleep(0.2)
        self._check_extensions()

    def _make_database(self, build: Programs, user: Account) -> None:
        password = self._places.ensure_password()
        root = Path(os.path.realpath(self._places.root))
        unfinished, password_copy = root / "data.unfinished", root / "password.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        # initdb reads the password as the server's user, who may not reach the home.
        password_copy.unlink(missing_ok=True)
        password_copy.touch(mode=0o600)
        password_copy.write_text(password)
        user.own(password_copy)
        # PostgreSQL 17 brings its own C.UTF-8, the same on every system and after every upgrade.
        locale = ["--locale=C.UTF-8"]
        if build.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = ["-D", str(unfinished), "-U", "postgres", "-E", "UTF8", *locale]
        options += ["--data-checksums", "-A", "scram-sha-256", "--pwfile", str(password_copy)]
        options += ["--no-sync"] if self._test else []
        try:
            made = subprocess.run(  # noqa: S603 -- the operator chose the build
                [str(build.bin / "initdb"), *options],
                check=False,
                capture_output=True,
                text=True,
                **user.run_as(),
            )
        finally:
            password_copy.unlink(missing_ok=True)
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise EmbeddedPostgresError(f"The database cannot be made: {made.stderr.strip()}")
        unfinished.rename(self._places.data)  # whole or not at all

    def _check_version(self, build: Programs) -> None:
        made_by = (self._places.data / "PG_VERSION").read_text().strip()
        if made_by != str(build.major):
            raise EmbeddedPostgresError(
                f"The data in {self._places.data} were made by PostgreSQL {made_by}; this is "
                f"{build.major}. Set CAREPOST_PG_BIN to the programs of version {made_by}."
            )

    def _launch(self, build: Programs, user: Account) -> bool:
        processes.remove_stale_files(self._places)
        with self._places.start_log.open("wb") as log:
            command = [sys.executable, "-I", "-S", str(_LAUNCH)]
            command += [str(os.getpid()), str(user.uid), str(user.gid)]
            command += [str(build.bin / "postgres"), "-D", str(self._places.data)]
            self._process = lasting_thread.run(
                lambda: subprocess.Popen(  # noqa: S603 -- the operator chose the build
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for its owner, who stops it in good order
                )
            )
        deadline = time.monotonic() + _READY_SECONDS
        while self._process.poll() is None:
            if self.answers:
                return True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"The database does not answer after {_READY_SECONDS:.0f} seconds. "
                    f"See {self._places.data / 'log'}."
                )
            time.sleep(0.02)
        return False

    def _check_extensions(self) -> None:
        with psycopg.connect(self.superuser_dsn()) as connection:
            rows = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
        if missing := set(EXTENSIONS) - {name for (name,) in rows}:
            raise EmbeddedPostgresError(
                f"This PostgreSQL lacks {', '.join(sorted(missing))}. Install its contrib package, "
                "or unset CAREPOST_PG_BIN."
            )

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(str(self.socket_dir / f".s.PGSQL.{self.port}"))
            except OSError:
                return False
        return True

    def _last_words(self) -> str:
        return self._places.start_log.read_text(errors="replace").strip() or "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    # Fast, then immediate shutdown (their signals: postgres(1)), then the end.
    for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 6), (signal.SIGKILL, 6)):
        with suppress(subprocess.TimeoutExpired):
            process.send_signal(number)
            process.wait(seconds)
            return
