"""What PostgreSQL's own catalogue says of the walls between practices: DESIGN, promise 5.

A table, key or function that a later migration adds is met by these tests by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import namedtuple_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.database import Database

NO_PRACTICE = {
    "django_migrations": "which migrations ran; the app role only reads it",
    "django_content_type": "names of models",
    "auth_permission": "names of permissions",
    "auth_group": "unused, comes with django.contrib.auth",
    "auth_group_permissions": "unused, comes with django.contrib.auth",
    "practice_user": "precedes practices: one person may work at several",
    "practice_accesslink": "a user's, who precedes practices; digests of links",
    "account_emailaddress": "a user's; of allauth, unused",
    "account_emailconfirmation": "a user's; of allauth, unused",
    "mfa_authenticator": "a user's passkeys and sealed second factors",
    "usersessions_usersession": "where a user is signed in",
    "django_session": "who is signed in, which practice they chose",
    "practice_cache": "how often what was tried: counts by digest of address and account",
    "messaging_lane": "which queue of a line was served when",
    "messaging_workerbeat": "which worker lives",
}

MINE = (
    "(%s = ANY (( SELECT (string_to_array(current_setting('carepost.practices'::text, true), "
    "','::text))::uuid[] AS string_to_array)::uuid[]))"
)
HOST = (
    "((owner_id IS NULL) AND "
    "(COALESCE(current_setting('carepost.practices'::text, true), ''::text) = ''::text))"
)
OWN_POLICY: dict[str, list[tuple[str, str | None, str | None]]] = {
    "practice_practice": [("ALL", MINE % "id", MINE % "id")],
    # The host's lines are seen by all who may use them, and changed by who acts for no practice.
    "messaging_line": [
        ("ALL", MINE % "owner_id", MINE % "owner_id"),
        ("ALL", HOST, HOST),
        ("SELECT", "(owner_id IS NULL)", None),
    ],
}


@pytest.fixture
def catalogue(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.admin, row_factory=namedtuple_row) as connection:
        yield connection


def practice_tables(catalogue: psycopg.Connection[Any]) -> set[str]:
    rows = catalogue.execute(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'practice_id'"
    )
    return {row.table_name for row in rows}


def all_tables(catalogue: psycopg.Connection[Any]) -> dict[str, Any]:
    rows = catalogue.execute(
        "SELECT relname, relrowsecurity FROM pg_class"
        " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    return {row.relname: row for row in rows}


def test_every_table_is_a_practices_or_is_listed_with_why_not(
    catalogue: psycopg.Connection[Any],
) -> None:
    unexplained = {
        name
        for name in set(all_tables(catalogue)) - practice_tables(catalogue)
        if name not in NO_PRACTICE and name not in OWN_POLICY
    }
    assert unexplained == set()
    assert set(NO_PRACTICE) <= set(all_tables(catalogue)), "the list names what is gone"
    assert not set(NO_PRACTICE) & practice_tables(catalogue)


def test_every_practices_table_has_row_security_with_just_its_own_policies(
    catalogue: psycopg.Connection[Any],
) -> None:
    tables = all_tables(catalogue)
    policies: dict[str, list[Any]] = {}
    rows = catalogue.execute(
        "SELECT * FROM pg_policies WHERE schemaname = 'public' ORDER BY cmd, policyname"
    )
    for row in rows:
        policies.setdefault(row.tablename, []).append(row)
    walled = practice_tables(catalogue) | set(OWN_POLICY)
    assert len(walled) > 20
    for name in sorted(walled):
        mine = MINE % "practice_id"
        expected = OWN_POLICY.get(name, [("ALL", mine, mine)])
        assert tables[name].relrowsecurity, name
        said = [(p.cmd, p.qual, p.with_check) for p in policies[name]]
        assert sorted(said, key=str) == sorted(expected, key=str), name
        assert {(p.permissive, *p.roles) for p in policies[name]} == {("PERMISSIVE", "public")}


def test_practice_ids_are_never_missing(catalogue: psycopg.Connection[Any]) -> None:
    nullable = catalogue.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'practice_id' AND is_nullable = 'YES'"
    ).fetchall()
    assert nullable == []


def test_every_key_between_practices_tables_carries_the_practice(
    catalogue: psycopg.Connection[Any],
) -> None:
    tables = practice_tables(catalogue)
    keys = catalogue.execute(
        """
        SELECT c.conname, c.condeferrable, c.convalidated,
          c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,
          (SELECT array_agg(a.attname::text ORDER BY k.n)
            FROM unnest(c.conkey) WITH ORDINALITY k(i, n)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.i) AS here,
          (SELECT array_agg(a.attname::text ORDER BY k.n)
            FROM unnest(c.confkey) WITH ORDINALITY k(i, n)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.i) AS there
        FROM pg_constraint c WHERE c.contype = 'f'
        """
    ).fetchall()
    between = [key for key in keys if key.child in tables and key.parent in tables]
    assert len(between) > 20
    for key in between:
        assert key.here[0] == "practice_id", key.conname
        assert key.there == ["practice_id", "id"], key.conname
        assert key.convalidated, key.conname
        assert key.condeferrable, key.conname


def test_every_practice_id_is_proven_by_a_key_to_the_practice_or_to_a_row_that_is(
    catalogue: psycopg.Connection[Any],
) -> None:
    keys = catalogue.execute(
        """
        SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent
        FROM pg_constraint c
        WHERE c.contype = 'f' AND NOT EXISTS (  -- a null in a key proves nothing
          SELECT FROM pg_attribute a
          WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND NOT a.attnotnull)
        AND (SELECT attnum FROM pg_attribute
             WHERE attrelid = c.conrelid AND attname = 'practice_id') = c.conkey[1]
        """
    ).fetchall()
    proven = {"practice_practice"}
    while more := {key.child for key in keys if key.parent in proven} - proven:
        proven |= more
    assert practice_tables(catalogue) - proven == set()


def test_every_foreign_key_that_a_model_declares_is_one_in_the_database(
    catalogue: psycopg.Connection[Any],
) -> None:
    from django.apps import apps
    from django.db.models import ForeignKey

    tables = practice_tables(catalogue)
    declared = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and field.related_model._meta.db_table in tables
    }
    held = {
        (row.child, row.column, row.parent)
        for row in catalogue.execute(
            "SELECT c.conrelid::regclass::text AS child, a.attname AS column,"
            " c.confrelid::regclass::text AS parent FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]"
            " WHERE c.contype = 'f'"
        )
    }
    assert len(declared) > 20
    assert declared <= held


def test_every_door_is_the_owners_and_shut_to_the_public(
    catalogue: psycopg.Connection[Any], database: Database
) -> None:
    doors = catalogue.execute(
        "SELECT proname, pg_get_userbyid(proowner) AS owner, proconfig, oid,"
        " EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))"
        "   WHERE grantee = 0 AND privilege_type = 'EXECUTE') AS public"
        " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert len(doors) >= 10
    for door in doors:
        assert door.proname.startswith("door_"), door.proname
        assert door.owner == database.owner_role, door.proname
        assert any(s.startswith("search_path=pg_catalog, public") for s in door.proconfig or [])
        assert not door.public, door.proname


def test_the_app_role_has_no_power_but_over_rows(
    catalogue: psycopg.Connection[Any], database: Database
) -> None:
    role = catalogue.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = %s",
        [database.app_role],
    ).fetchone()
    assert role is not None
    assert not any(role)
    memberships = catalogue.execute(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole",
        [database.app_role],
    ).fetchall()
    assert memberships == []
    owned = catalogue.execute(
        "SELECT classid::regclass, objid FROM pg_shdepend"
        " WHERE refobjid = %s::regrole AND deptype = 'o'",
        [database.app_role],
    ).fetchall()
    assert owned == []
    schemas = catalogue.execute(
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(%s, oid, 'CREATE')",
        [database.app_role],
    ).fetchall()
    assert schemas == []
    more = catalogue.execute(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee IN (%s, 'PUBLIC') AND table_schema = 'public'"
        " AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')",
        [database.app_role],
    ).fetchall()
    assert more == []


def test_the_owner_role_is_no_superuser_and_cannot_sign_in(
    catalogue: psycopg.Connection[Any], database: Database
) -> None:
    role = catalogue.execute(
        "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = %s",
        [database.owner_role],
    ).fetchone()
    assert role is not None
    assert not any(role)


@pytest.mark.parametrize("table", ["practice_auditentry", "messaging_attempt", "people_consent"])
def test_what_is_only_added_to_can_neither_be_changed_nor_taken_away(
    catalogue: psycopg.Connection[Any], database: Database, table: str
) -> None:
    for privilege, allowed in (("INSERT", True), ("UPDATE", False), ("DELETE", False)):
        row = catalogue.execute(
            "SELECT has_table_privilege(%s, %s, %s) AS it", [database.app_role, table, privilege]
        ).fetchone()
        assert row is not None
        assert row.it is allowed, privilege
