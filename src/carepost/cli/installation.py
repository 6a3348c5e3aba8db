"""The installation that a command works on: its database running and up to date, Django set up.

The embedded PostgreSQL starts before Django's settings are read, since they name its socket. It
lives as long as the process that started it: a command that finds none running starts it and stops
it again; beside a running `up` it uses that one's.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carepost.config.embedded_postgres import Embedded

SETTINGS = "carepost.config.settings"
_LOOK_EVERY_SECONDS = 1.0


@contextmanager
def opened(prepare: Callable[[], None] | None = None, *, keep: bool = False) -> Iterator[None]:
    """Within, models may be used.

    `prepare` is called first; by default, what brings the database up to this version. `keep`: see
    to it every second that the embedded server runs. Nested, or where Django is set up already, it
    does nothing.

    Raises EmbeddedPostgresError, RolesMissing, Misconfigured, OperationalError.
    """
    if _is_set_up():
        yield
        return
    with _database_running(keep=keep):
        set_up()
        (prepare or bring_up_to_date)()
        yield
        from django.db import connections

        connections.close_all()


def set_up() -> None:
    """Set Django up; the database must run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()


def prepare_to_serve() -> None:
    """Roles, migrations, grants, and the lines that the environment names. Safe to repeat.

    For what serves only: a command may be run from a shell that lacks the service's environment,
    and lines that the environment does not name are switched off.
    """
    from carepost.config.environment import ENVIRONMENT
    from carepost.config.prepare import prepare_database
    from carepost.config.zones import renew_instants
    from carepost.ground import clock
    from carepost.messaging import lines

    prepare_database()
    renew_instants(ENVIRONMENT.home, clock.now())
    lines.ensure_host_lines(ENVIRONMENT.host_lines)


def bring_up_to_date() -> None:
    """Roles, migrations and grants, unless nothing is left to do."""
    if not _is_prepared():
        from carepost.config.prepare import prepare_database

        prepare_database()


def leave_as_it_is() -> None:
    """For a child of `up`, which has prepared everything."""


def _is_prepared() -> bool:
    """Whether the app role gets in and nothing is left to migrate: then a command need not wait."""
    from django.db import Error, connections
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connections["default"])
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return False


@contextmanager
def _database_running(*, keep: bool) -> Iterator[None]:
    from carepost.config.environment import ENVIRONMENT

    if ENVIRONMENT.database_url:
        yield
        return
    from carepost.config.embedded_postgres import Embedded

    embedded = Embedded(ENVIRONMENT.home)
    embedded.start()
    keeper = Keeper(embedded) if keep else None
    try:
        yield
    finally:
        if keeper is None or keeper.stop():
            embedded.stop()


class Keeper:
    """A thread that starts the embedded server again whenever it died."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Watch no longer; says whether the thread is done. If not, it is amid a start."""
        self._ended.set()
        self._thread.join(timeout=3.0)
        return not self._thread.is_alive()

    def _watch(self) -> None:
        from carepost.config.embedded_postgres import EmbeddedPostgresError

        said = ""
        while not self._ended.wait(_LOOK_EVERY_SECONDS):
            try:
                self._embedded.ensure_running()
                said = ""
            except EmbeddedPostgresError as error:
                if said != str(error):  # once, not every second
                    said = str(error)
                    os.write(2, f"{said}\n".encode())


def _is_set_up() -> bool:
    import sys

    registry = sys.modules.get("django.apps")
    return registry is not None and registry.apps.ready
