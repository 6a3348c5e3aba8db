"""One PostgreSQL, two roles: `owner` owns tables and doors, `app` works under row security.

The administrator's connection (`DATABASE_URL`, or the embedded server's superuser) is used to make
the roles and to migrate, never to serve a page or to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from carepost.config.embedded_postgres import Embedded, EmbeddedPostgresError

if TYPE_CHECKING:
    from carepost.config.environment import Environment

EMBEDDED_DATABASE = "carepost"


class RolesMissing(Exception):
    """The two roles do not exist and may not be made from here; `sql` is for an administrator."""

    def __init__(self, statements: str) -> None:
        super().__init__(
            "This database login may not make roles. Ask an administrator to run what "
            "`carepost doctor` prints, then start again."
        )
        self.sql = statements


@dataclass(frozen=True)
class Database:
    """How to reach the database, as each of the two roles."""

    admin: str
    name: str
    app_password: str

    @classmethod
    def of(cls, environment: Environment) -> Database:
        """The database that an environment names. Connects to nothing."""
        password = environment.ring.derive("database role app").hex()
        if environment.database_url:
            admin = _conninfo(environment.database_url)
        else:
            try:
                admin = Embedded(environment.home).superuser_dsn(EMBEDDED_DATABASE)
            except EmbeddedPostgresError:
                admin = make_conninfo(dbname=EMBEDDED_DATABASE)  # not started yet: only to import
        parts = conninfo_to_dict(admin)
        name = str(parts.get("dbname") or EMBEDDED_DATABASE)
        return cls(admin, name, password)

    @property
    def owner_role(self) -> str:
        return f"{self.name}_owner"

    @property
    def app_role(self) -> str:
        return f"{self.name}_app"

    @property
    def app(self) -> str:
        """A psycopg connection string that signs in as the app role."""
        return make_conninfo(self.admin, user=self.app_role, password=self.app_password)

    def django(self, role: str) -> dict[str, Any]:
        """Django's settings for one of the two roles: `app` signs in, `owner` is assumed."""
        parts = conninfo_to_dict(self.app if role == "app" else self.admin)
        options: dict[str, Any] = {
            k: v
            for k, v in parts.items()
            if k not in ("user", "password", "host", "port", "dbname")
        }
        if role == "owner":
            options["assume_role"] = self.owner_role
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": parts.get("user", ""),
            "PASSWORD": parts.get("password", ""),
            "HOST": parts.get("host", ""),
            "PORT": str(parts.get("port", "") or ""),
            "OPTIONS": options,
            "TEST": {"MIRROR": "default"} if role == "owner" else {},
        }

    def make_roles(self) -> None:
        """Make both roles and, on the embedded server, the database. Safe to repeat.

        Raises RolesMissing where the login may not.
        """
        server = make_conninfo(self.admin, dbname="postgres")
        target = self.admin
        try:
            with psycopg.connect(target, autocommit=True, connect_timeout=10) as connection:
                self._roles(connection)
        except psycopg.OperationalError:
            # The database itself is not there yet: make it from the server's own.
            with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
                exists = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", (self.name,)
                ).fetchone()
                if not exists:
                    connection.execute(
                        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name))
                    )
            with psycopg.connect(target, autocommit=True, connect_timeout=10) as connection:
                self._roles(connection)

    def _roles(self, connection: psycopg.Connection[Any]) -> None:
        try:
            # Two processes that start together must not make a role twice.
            connection.execute("SELECT pg_advisory_lock(hashtext('carepost roles'))")
            for statement in self.role_statements():
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            if not self._roles_usable(connection):
                raise RolesMissing(self.administrator_sql(connection)) from None
        finally:
            connection.execute("SELECT pg_advisory_unlock(hashtext('carepost roles'))")

    def _roles_usable(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)",
            ([self.owner_role, self.app_role],),
        ).fetchone()
        if row is None or row[0] != 2:
            return False
        member = connection.execute(
            "SELECT pg_has_role(current_user, %s, 'MEMBER')", (self.owner_role,)
        ).fetchone()
        return bool(member and member[0])

    def role_statements(self) -> list[sql.SQL | sql.Composed]:
        """What makes the roles, each statement safe to repeat."""
        owner, app = sql.Identifier(self.owner_role), sql.Identifier(self.app_role)
        return [
            _unless_role(self.owner_role, sql.SQL("CREATE ROLE {} NOLOGIN").format(owner)),
            _unless_role(self.app_role, sql.SQL("CREATE ROLE {} LOGIN").format(app)),
            sql.SQL(
                "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
            ).format(app, sql.Literal(self.app_password)),
            sql.SQL("GRANT {} TO CURRENT_USER").format(owner),
            sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(self.name), owner
            ),
            sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app),
            sql.SQL("CREATE EXTENSION IF NOT EXISTS btree_gist"),
            sql.SQL("CREATE EXTENSION IF NOT EXISTS pg_trgm"),
        ]

    def administrator_sql(self, connection: psycopg.Connection[Any]) -> str:
        """The same as text, for an administrator to read and run."""
        return "\n".join(f"{s.as_string(connection)};" for s in self.role_statements())


def _unless_role(role: str, statement: sql.Composed) -> sql.Composed:
    return sql.SQL(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN {}; "
        "END IF; END $$"
    ).format(sql.Literal(role), statement)


def _conninfo(url: str) -> str:
    """A psycopg connection string from a database URL; `host` may be a socket's folder."""
    parts = urlsplit(url)
    values: dict[str, Any] = dict(parse_qsl(parts.query))
    if parts.hostname:
        values.setdefault("host", unquote(parts.hostname))
    if parts.port:
        values["port"] = parts.port
    if parts.username:
        values["user"] = unquote(parts.username)
    if parts.password:
        values["password"] = unquote(parts.password)
    if parts.path.strip("/"):
        values["dbname"] = unquote(parts.path.strip("/"))
    return make_conninfo("", **values)
