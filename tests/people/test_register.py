"""Clients and contacts in the register, and how they are reached."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from carepost.people import points, register
from carepost.people.models import Client, Contact, ContactPoint
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_client, make_practice

pytestmark = pytest.mark.usefixtures("db")
PHONE = {"system": "phone", "value": "(212) 555-0123", "use": "mobile"}


def points_of(client: Client) -> list[tuple[str, str, str, int]]:
    with acting_for(client.practice_id):
        rows = ContactPoint.objects.filter(client=client).order_by("system", "rank")
        return [(p.system, p.value, p.use, p.rank) for p in rows]


def test_a_client_is_added_with_all_that_is_known() -> None:
    practice = make_practice()
    added = register.add_client(
        practice.id,
        SYSTEM,
        first_name=" Ann ",
        last_name="Field",
        timezone="America/Chicago",
        language="es",
        birth_date=date(1980, 5, 17),
        assigned_channel="email",
        contact_points=[
            PHONE,
            {"system": "phone", "value": "212-555-0124"},
            {"system": "phone", "value": "+1 212 555 0123"},
            {"system": "email", "value": "Ann@People.test", "rank": 7},
        ],
        source="csv",
        external_id="17",
    )
    with acting_for(practice.id):
        client = Client.objects.get(id=added.id)
        assert (client.first_name, client.timezone, client.language) == (
            "Ann",
            "America/Chicago",
            "es",
        )
        assert (client.birth_date, client.assigned_channel) == (date(1980, 5, 17), "email")
        assert Replan.objects.filter(subject_kind="client", subject_id=client.id).count() == 1
    assert points_of(client) == [
        ("email", "ann@people.test", "", 7),
        ("phone", "+12125550123", "mobile", 1),
        ("phone", "+12125550124", "", 2),
    ]


def test_adding_a_client_takes_few_statements(django_assert_max_num_queries: Any) -> None:
    practice = make_practice()
    with acting_for(practice.id), django_assert_max_num_queries(9):  # four of them acting_for's
        make_client(practice)


@pytest.mark.parametrize(
    "bad",
    [
        {"first_name": ""},
        {"first_name": "x" * 81},
        {"first_name": None},
        {"last_name": "\0"},
        {"timezone": "Nowhere"},
        {"language": "english"},
        {"birth_date": date(1066, 10, 14)},
        {"birth_date": datetime(2000, 1, 1)},
        {"birth_date": "1980-05-17"},
        {"assigned_channel": "pigeon"},
    ],
)
def test_bad_input_adds_nothing_and_changes_nothing(bad: dict[str, Any]) -> None:
    practice = make_practice()
    client = make_client(practice)
    before = {**vars(client), "_state": None}
    with pytest.raises(Refused) as refused:
        register.add_client(practice.id, SYSTEM, **{"first_name": "Ann"} | bad)
    assert refused.value.field == next(iter(bad))
    with pytest.raises(Refused):
        register.change_client(practice.id, client.id, SYSTEM, **{"last_name": "New"} | bad)
    with acting_for(practice.id):
        (left,) = Client.objects.all()
        kept = {**vars(left), "_state": None, "sealed_key": bytes(left.sealed_key)}
    assert kept == before


@pytest.mark.parametrize(
    ("point", "field"),
    [
        ({"system": "phone", "value": "12"}, "value"),
        ({"system": "pigeon", "value": "12"}, "system"),
        ({"system": "email", "value": None}, "value"),
        ({"value": "ann@people.test"}, "system"),
        ({**PHONE, "use": "secret"}, "use"),
        ({**PHONE, "rank": -1}, "rank"),
        ({**PHONE, "rank": "first"}, "rank"),
    ],
)
def test_one_bad_contact_point_adds_no_client(point: dict[str, Any], field: str) -> None:
    practice = make_practice()
    with pytest.raises(Refused) as refused:
        register.add_client(practice.id, SYSTEM, first_name="Ann", contact_points=[PHONE, point])
    assert refused.value.field == field
    with acting_for(practice.id):
        assert not Client.objects.exists()


def test_a_client_is_imported_once_per_practice() -> None:
    practice = make_practice()
    make_client(practice, source="csv", external_id="1")
    with pytest.raises(Conflict) as refused:
        make_client(practice, source="csv", external_id="1")
    assert refused.value.field == "external_id"
    make_client(practice, source="other", external_id="1")
    make_client(make_practice(), source="csv", external_id="1")


def test_a_change_touches_the_planner_and_the_same_again_does_not() -> None:
    practice = make_practice()
    client = make_client(practice)
    with acting_for(practice.id):
        Replan.objects.all().delete()
    for _ in range(2):
        changed = register.change_client(
            practice.id, client.id, SYSTEM, language="es", birth_date=None
        )
    assert changed.language == "es"
    with acting_for(practice.id):
        assert Replan.objects.filter(subject_id=client.id).count() == 1


def test_another_practices_client_is_not_found() -> None:
    client = make_client(make_practice())
    other = make_practice()
    for ask in (
        lambda: register.change_client(other.id, client.id, SYSTEM, last_name="x"),
        lambda: register.add_contact_point(
            other.id, SYSTEM, client_id=client.id, system="phone", value="212 555 0123"
        ),
        lambda: register.add_contact(other.id, SYSTEM, first_name="x", client_id=client.id),
        lambda: register.remove_contact_point(other.id, uuid4(), SYSTEM),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_contact_is_linked_reached_and_changed() -> None:
    practice = make_practice()
    client = make_client(practice)
    contact = register.add_contact(
        practice.id,
        SYSTEM,
        first_name="Lee",
        client_id=client.id,
        relationship="parent",
        contact_points=[PHONE],
    )
    register.change_contact(practice.id, contact.id, SYSTEM, relationship="guardian")
    register.add_contact_point(
        practice.id, SYSTEM, contact_id=contact.id, system="fax", value="212 555 0177"
    )
    with acting_for(practice.id):
        kept = Contact.objects.get()
        assert (kept.relationship, kept.client_id) == ("guardian", client.id)
        assert ContactPoint.objects.filter(contact=contact).count() == 2


class TestContactPoints:
    def test_a_person_has_a_contact_point_once(self) -> None:
        practice = make_practice()
        client = make_client(practice, phone="+12125550123", email=None)
        with pytest.raises(Conflict):
            register.add_contact_point(practice.id, SYSTEM, client_id=client.id, **PHONE)
        assert points_of(client) == [("phone", "+12125550123", "mobile", 1)]

    def test_two_people_may_share_one(self) -> None:
        practice = make_practice()
        one, two = (make_client(practice, phone="+12125550123") for _ in range(2))
        assert points_of(one)[1][1] == points_of(two)[1][1]

    def test_one_that_was_taken_out_of_use_stays_as_old_and_comes_back(self) -> None:
        practice = make_practice()
        client = make_client(practice, phone="+12125550123", email=None)
        with acting_for(practice.id):
            point = ContactPoint.objects.get()
        for _ in range(2):
            register.remove_contact_point(practice.id, point.id, SYSTEM, NOW)
        with acting_for(practice.id):
            point.refresh_from_db()
            assert (point.use, point.invalid_since) == ("old", NOW)
        again = register.add_contact_point(
            practice.id, SYSTEM, client_id=client.id, **PHONE, rank=2
        )
        assert (again.id, again.use, again.rank, again.invalid_since) == (
            point.id,
            "mobile",
            2,
            None,
        )

    def test_it_belongs_to_a_client_or_to_a_contact(self) -> None:
        practice = make_practice()
        for owners in ({}, {"client_id": uuid4(), "contact_id": uuid4()}):
            with pytest.raises(Refused):
                register.add_contact_point(practice.id, SYSTEM, **owners, **PHONE)


def test_a_client_is_archived_and_restored_once_each() -> None:
    client = make_client(make_practice())
    for _ in range(2):
        register.archive_client(client.practice_id, client.id, SYSTEM, NOW)
    with acting_for(client.practice_id):
        assert Client.objects.get().archived_at == NOW
    for _ in range(2):
        assert register.restore_client(client.practice_id, client.id, SYSTEM).archived_at is None
    with acting_for(client.practice_id):
        actions = AuditEntry.objects.filter(subject_id=client.id).order_by("id")
        assert list(actions.values_list("action", flat=True)) == [
            "client.add",
            "client.archive",
            "client.restore",
        ]
    with pytest.raises(NotFound):
        register.archive_client(make_practice().id, client.id, SYSTEM, NOW)


def test_a_contact_is_archived_too() -> None:
    practice = make_practice()
    contact = register.add_contact(practice.id, SYSTEM, first_name="Lee")
    assert register.archive_contact(practice.id, contact.id, SYSTEM, NOW).archived_at == NOW
    assert register.restore_contact(practice.id, contact.id, SYSTEM).archived_at is None


def test_notes_are_kept_to_the_letter_and_bounded() -> None:
    client = make_client(make_practice(), notes="Hard of hearing.\n  Call, do not text.")
    assert client.notes.endswith("\n  Call, do not text.")
    with pytest.raises(Refused) as refused:
        register.change_client(client.practice_id, client.id, SYSTEM, notes="x" * 2001)
    assert refused.value.field == "notes"


class TestRank:
    def ranked(self, client: Client) -> list[str]:
        with acting_for(client.practice_id):
            rows = ContactPoint.objects.filter(client=client, system="phone").exclude(use="old")
            return [p.value[-1] for p in rows.order_by("rank", "id")]

    def three(self) -> tuple[Client, list[ContactPoint]]:
        client = make_client(make_practice(), phone="+12125550101")
        with acting_for(client.practice_id):
            made = [ContactPoint.objects.get(system="phone")]
        for rank in (2, 3):
            made.append(
                register.add_contact_point(
                    client.practice_id,
                    SYSTEM,
                    client_id=client.id,
                    system="phone",
                    value=f"+1212555010{rank}",
                    rank=rank,
                )
            )
        return client, made

    def test_who_is_preferred_goes_before_the_others_which_keep_their_order(self) -> None:
        client, made = self.three()
        points.change_contact_point(client.practice_id, made[2].id, SYSTEM, rank=1)
        assert self.ranked(client) == ["3", "1", "2"]
        points.change_contact_point(client.practice_id, made[0].id, SYSTEM, rank=3)
        assert self.ranked(client) == ["3", "1", "2"]
        points.change_contact_point(client.practice_id, made[0].id, SYSTEM, rank=9)
        assert self.ranked(client) == ["3", "2", "1"]

    def test_the_use_is_changed_and_the_same_again_changes_nothing(self) -> None:
        client, made = self.three()
        for _ in range(2):
            changed = points.change_contact_point(
                client.practice_id, made[1].id, SYSTEM, use="work"
            )
        assert changed.use == "work"
        with acting_for(client.practice_id):
            assert AuditEntry.objects.filter(action="contact_point.change").count() == 1

    def test_what_is_out_of_use_or_anothers_is_not_changed(self) -> None:
        client, made = self.three()
        points.remove_contact_point(client.practice_id, made[1].id, SYSTEM, NOW)
        with pytest.raises(Conflict):
            points.change_contact_point(client.practice_id, made[1].id, SYSTEM, rank=1)
        with pytest.raises(NotFound):
            points.change_contact_point(make_practice().id, made[0].id, SYSTEM, rank=1)
        for bad in ({"rank": 0}, {"use": "old"}):
            with pytest.raises(Refused):
                points.change_contact_point(client.practice_id, made[0].id, SYSTEM, **bad)
