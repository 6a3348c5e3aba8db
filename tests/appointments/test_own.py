"""Whose clients are whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from carepost.appointments import booking, catalogue, own
from carepost.appointments.models import Practitioner
from carepost.people.models import Client
from carepost.practice import members
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Role
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_practice

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.practice.models import Member, Practice

pytestmark = pytest.mark.usefixtures("db")
_OURS = "SELECT first_name FROM people_client WHERE practice_id = %(practice)s {own}"


def a_doctor(practice: Practice, name: str, role: str = Role.PRACTITIONER) -> Member:
    """A member who signs in as the practitioner of that name."""
    member = members.add(
        practice.id, SYSTEM, email=f"{name.lower()}@{practice.id}.test", role=role, name=name
    )
    catalogue.add(Practitioner, practice.id, SYSTEM, name=name, member_id=member.id)
    return member


def names(practice: Practice, member_id: UUID) -> set[str]:
    """The own clients' first names: as each way of asking has them."""
    with acting_for(practice.id):
        mine = own.clients(practice.id, member_id)
        found = set(Client.objects.filter(id__in=mine).values_list("first_name", flat=True))
        many = Client.objects.filter(own.narrowed(practice.id, member_id, "id"))
        assert set(many.values_list("first_name", flat=True)) == found
        with connection.cursor() as cursor:
            cursor.execute(
                _OURS.format(own=own.among("id", member_id)),
                {"practice": practice.id, "own": member_id},
            )
            assert {name for (name,) in cursor.fetchall()} == found
    return found


def test_a_client_is_the_own_of_whoever_they_have_or_had_a_visit_with() -> None:
    practice = make_practice()
    ann, eve = make_client(practice, "Ann"), make_client(practice, "Eve")
    make_client(practice, "Nobody's")
    grey, white = a_doctor(practice, "Grey"), a_doctor(practice, "White")
    make_appointment(practice, ann, practitioner="Grey")
    visit = make_appointment(practice, eve, practitioner="White")
    assert names(practice, grey.id) == {"Ann"}
    assert names(practice, white.id) == {"Eve"}

    booking.cancel(practice.id, visit.id, SYSTEM, now=NOW)
    assert names(practice, white.id) == {"Eve"}


def test_whoever_is_no_practitioner_has_no_clients() -> None:
    practice, other = make_practice(), make_practice()
    make_appointment(practice, practitioner="Grey")
    linked_elsewhere = a_doctor(other, "Grey")
    make_appointment(other, practitioner="Grey")
    with acting_for(practice.id):
        member = members.add(
            practice.id, SYSTEM, email="new@practice.test", role="practitioner", name="New"
        )
    assert names(practice, member.id) == set()
    assert names(practice, linked_elsewhere.id) == set()


@pytest.mark.parametrize("role", Role.values)
def test_practitioners_alone_are_limited_and_only_where_the_practice_says_so(role: str) -> None:
    free, limits = make_practice(), make_practice(own_clients_only=True)
    assert not own.is_limited(free, a_doctor(free, "Grey", role))
    assert own.is_limited(limits, a_doctor(limits, "Grey", role)) == (role == "practitioner")


def test_without_limits_there_is_no_condition() -> None:
    assert own.among("client_id", None) == ""
