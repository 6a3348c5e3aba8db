"""One embedded PostgreSQL for the whole run, started when the first test asks for it.

- `db` (pytest-django's): the test runs in a transaction that is rolled back, as the app role.
- `clean_database`: for tests with several connections. What they commit is taken away afterwards.
- `database`: how to reach it as the app role, the owner or the administrator.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

    from carepost.config.database import Database

_BASE = Path(tempfile.mkdtemp(prefix="carepost-tests-"))
_BASE.chmod(0o711)  # PostgreSQL may run as another user than the tests

# Nothing of the machine's own installation is read or touched.
for _name in [name for name in os.environ if name.startswith("CAREPOST_")]:
    if _name != "CAREPOST_PG_BIN":
        del os.environ[_name]
os.environ.pop("DATABASE_URL", None)
os.environ["CAREPOST_HOME"] = str(_BASE / "home")
os.environ["CAREPOST_SECRET_KEY"] = "a secret that only the tests of this machine know"

# Here and not in pyproject.toml: Django's settings are to be read from these surroundings.
os.environ["DJANGO_SETTINGS_MODULE"] = "carepost.config.settings"
import django  # noqa: E402

django.setup()


@pytest.fixture(scope="session")
def database(django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """The run's database, prepared, with Django connected to it."""
    from django.conf import settings
    from django.db import connections

    from carepost.config.database import Database
    from carepost.config.embedded_postgres import Embedded
    from carepost.config.environment import ENVIRONMENT
    from carepost.config.prepare import prepare_database

    server = Embedded(ENVIRONMENT.home, test=True)
    server.start()
    made = Database.of(ENVIRONMENT)
    settings.DATABASE = made
    for alias, role in (("default", "app"), ("owner", "owner")):
        reached = made.django(role)
        reached.pop("TEST")  # Django has filled in its own
        connections.settings[alias].update(reached)
    try:
        with django_db_blocker.unblock():
            prepare_database()
            connections.close_all()
        _keep_statistics(made)
        yield made
    finally:
        connections.close_all()
        server.stop()
        for link in (server.home / "postgres" / "run", server.home / "postgres"):
            if link.is_symlink():
                shutil.rmtree(os.path.realpath(link), ignore_errors=True)


def _keep_statistics(database: Database) -> None:
    """No autovacuum: where a test's rows were rolled back it would write down that a table is empty
    whatever its size, and the next test's statements would be planned for that. Tests of plans ask
    for their own statistics."""
    with closing(psycopg.connect(database.admin, autocommit=True)) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def django_db_setup(database: Database) -> None:
    """pytest-django makes no database of its own: ours has roles, row security and doors."""


@pytest.fixture
def clean_database(database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """For tests that commit, in as many connections as they like; emptied afterwards.

    By the owner: the app role may not empty what is only ever added to.
    """
    from django.db import connections

    with django_db_blocker.unblock():
        try:
            yield database
        finally:
            connections.close_all()
            _empty(database)


def _empty(database: Database) -> None:
    with closing(psycopg.connect(database.admin, autocommit=True)) as connection:
        # Tests that failed may have left a transaction open, and its locks.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        tables = connection.execute(
            "SELECT string_agg(format('%%I', relname), ', ') FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT relispartition AND relname <> ALL (%s)",
            [["django_migrations", "django_content_type", "auth_permission"]],
        ).fetchone()
        assert tables
        connection.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY CASCADE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's loop runs in this thread from its first test to the end."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


def pytest_unconfigure() -> None:
    shutil.rmtree(_BASE, ignore_errors=True)
