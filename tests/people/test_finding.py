"""People found as one types, and quickly so among many."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from carepost.people import finding, points, register
from carepost.people.models import Contact
from carepost.practice import keys
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_client, make_practice

if TYPE_CHECKING:
    from carepost.practice.models import Practice

pytestmark = pytest.mark.usefixtures("db")


def found(practice: Practice, words: str, limit: int = 20) -> list[str]:
    with acting_for(practice.id):
        return [client.first_name for client in finding.find(words, limit)]


def three(**chosen: Any) -> Practice:
    """A practice with Ann, Bob and Zoë."""
    practice = make_practice(**chosen)
    make_client(
        practice, "Ann", "O'Brien", phone="+12025550190", email="ann.o@mail.test",
        birth_date=date(1980, 5, 7),
    )  # fmt: skip
    make_client(practice, "Bob", "Field-Annis", phone="+12025550191", email="bob@people.test")
    make_client(practice, "Zoë", "Ōta", phone="+442079460018", email=None)
    return practice


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ann", ["Bob", "Ann"]),
        ("annis", ["Bob"]),
        ("ANN o", ["Ann"]),
        ("o'b", ["Ann"]),
        ("O\u2019Brien ann", ["Ann"]),
        ("field-an", ["Bob"]),
        ("zoë", ["Zoë"]),
        ("ŌT", ["Zoë"]),
        ("nn", []),
        ("ann bob", ["Bob"]),
        ("ann zo", []),
        ("bob@people.test", ["Bob"]),
        ("Ann.O@mail", ["Ann"]),
        ("bob@", ["Bob"]),
        ("ann ann.o@", ["Ann"]),
        ("mail.test", []),
        ("@PEOPLE", ["Bob"]),
        ("0190", ["Ann"]),
        ("(202) 555-0190", ["Ann"]),
        ("+1 202 555 01", ["Bob", "Ann"]),
        ("020 7946 0018", ["Zoë"]),
        ("0044", []),
        ("ann 0190", ["Ann"]),
        ("ann 0018", []),
        ("1980-05-07", ["Ann"]),
        ("5/7/1980", ["Ann"]),
        ("ann 1980-05-07", ["Ann"]),
        ("bob 1980-05-07", []),
        ("1980-13-07", []),
        ("%", []),
        ("_nn", []),
        ("\\", []),
        ("", []),
        ("  ", []),
        ("a\0nn", []),
    ],
)
def test_words_find_whom_all_of_them_fit(words: str, names: list[str]) -> None:
    assert found(three(), words) == names


def test_a_birth_date_is_read_in_the_practices_order() -> None:
    practice = three(date_order="DMY")
    assert found(practice, "07.05.1980") == ["Ann"]
    assert found(practice, "5/7/1980") == []


def test_whoever_is_found_has_the_address_that_is_preferred() -> None:
    practice = three()
    with acting_for(practice.id):
        (ann,) = finding.find("ann 0190", 5)
    assert ann.reach in ("+12025550190", "ann.o@mail.test")
    make_client(practice, "Nobody", phone=None, email=None)
    with acting_for(practice.id):
        assert finding.find("nobody", 5)[0].reach is None


def test_nobody_is_found_by_an_address_out_of_use_or_once_archived() -> None:
    practice = three()
    with acting_for(practice.id):
        (ann,) = finding.find("0190", 5)
    phone = register.add_contact_point(
        practice.id, SYSTEM, client_id=ann.id, system="phone", value="+12025550177"
    )
    points.remove_contact_point(practice.id, phone.id, SYSTEM, NOW)
    assert found(practice, "5550177") == []
    register.archive_client(practice.id, ann.id, SYSTEM, NOW)
    assert found(practice, "0190") == []
    register.restore_client(practice.id, ann.id, SYSTEM)
    assert found(practice, "0190") == ["Ann"]


def test_no_more_are_found_than_asked_for_the_first_by_name() -> None:
    practice = make_practice()
    for last in ("Cole", "Adams", "Baker"):
        make_client(practice, "Ann", last)
    with acting_for(practice.id):
        assert [c.last_name for c in finding.find("ann", 2)] == ["Adams", "Baker"]


def test_another_practices_people_are_never_found() -> None:
    three()
    other = make_practice()
    assert found(other, "ann") == []
    assert found(other, "0190") == []
    with acting_for(other.id), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM door_clients_found('{%}', '{%}', '{NULL}', NULL, NULL)")
        assert cursor.fetchall() == []


def test_contacts_are_found_in_the_same_way() -> None:
    practice = make_practice()
    register.add_contact(
        practice.id, SYSTEM, first_name="Lee", last_name="Hart",
        contact_points=[{"system": "fax", "value": "+12025550150"}],
    )  # fmt: skip
    with acting_for(practice.id):
        for words, there in (("har", True), ("lee 0150", True), ("art", False), ("0151", False)):
            rows = finding.matching(Contact.objects.all(), words)
            assert rows.exists() is there, words


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=50)
def test_whatever_is_typed_is_answered(words: str) -> None:
    with acting_for(make_practice().id):
        assert finding.find(words, 5) == []


@pytest.mark.parametrize(
    "words", ["quentin", "quentin za", "qu", "2025550", "q@people", "1990-01-02"]
)
def test_among_many_clients_the_tables_are_not_read_through(words: str) -> None:
    practice = make_practice()
    with acting_for(practice.id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_client (id, practice_id, first_name, last_name, timezone, language,"
            " assigned_channel, source, external_id, sealed_key, created_at, birth_date)"
            " SELECT gen_random_uuid(), %s, 'Name' || n, 'Family' || n %% 900, '', '', '', '', '',"
            " %s, %s, date '1950-01-01' + n FROM generate_series(1, 20000) n",
            [practice.id, keys.new_client_key(practice), NOW],
        )
        cursor.execute(
            "INSERT INTO people_contactpoint (id, practice_id, client_id, system, value, use, rank,"
            " created_at) SELECT gen_random_uuid(), practice_id, id, 'email',"
            " first_name || '@else.test', '', 1, created_at FROM people_client"
            " WHERE practice_id = %s",
            [practice.id],
        )
    make_client(
        practice, "Quentin", "Zane", phone="+12025550190", email="q@people.test",
        birth_date=date(1990, 1, 2),
    )  # fmt: skip
    with acting_for(practice.id):
        before = _scans()
        assert "Quentin" in [client.first_name for client in finding.find(words, 50)]
        assert _scans() == before


def _scans() -> list[int]:
    """How often each table was read through in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_get_xact_numscans(t::regclass) FROM"
            " unnest(ARRAY['people_client', 'people_contactpoint']) t"
        )
        return [row[0] for row in cursor.fetchall()]
