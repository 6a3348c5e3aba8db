"""Bringing a database up to this version: roles, migrations, grants, the host's lines."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

READ_ONLY = ("django_migrations",)
APPEND_ONLY = ("practice_auditentry", "messaging_attempt", "people_consent")
SAID_LATER = sql.SQL(
    "GRANT UPDATE (outcome, carrier_ref, code, words, settled_at) ON messaging_attempt TO {}"
)
"""All that may change of an attempt: what the carrier said of it."""


def prepare_database() -> None:
    """Make the roles, migrate as the owner, and grant the app role what it needs. Safe to repeat.

    Raises `RolesMissing` where the login may not make roles.
    """
    database = settings.DATABASE
    database.make_roles()
    with psycopg.connect(database.admin, autocommit=True) as lock:
        # Two hosts that start together migrate one after the other.
        lock.execute("SELECT pg_advisory_lock(hashtext('carepost migrate'))")
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        lock.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(database.owner_role)))
        _grant(lock, database.app_role)


def _grant(connection: psycopg.Connection[Any], role: str) -> None:
    app = sql.Identifier(role)
    statements = [
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}"),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}"),
        sql.SQL("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"),
        sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}"),
    ]
    with connection.transaction():
        for statement in statements:
            connection.execute(statement.format(app))
        for table in READ_ONLY:
            connection.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(
                    sql.Identifier(table), app
                )
            )
        for table in APPEND_ONLY:
            connection.execute(
                sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), app)
            )
        connection.execute(SAID_LATER.format(app))
