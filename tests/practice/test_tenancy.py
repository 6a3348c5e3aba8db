"""For whom a transaction acts: set, nested, and undone again."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

import pytest
from django.db import connection, transaction

from carepost.people.models import Client
from carepost.practice.tenancy import acting_for
from tests.builders import make_client, make_practice


def acting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('carepost.practices', true)")
        return cursor.fetchone()[0] or ""


@pytest.mark.usefixtures("db")
class TestActingFor:
    def test_the_practice_is_seen_inside_and_nothing_outside(self) -> None:
        practice = make_practice()
        client = make_client(practice)
        with acting_for(practice.id):
            assert list(Client.objects.all()) == [client]
        assert acting() == ""
        assert list(Client.objects.all()) == []

    def test_within_another_practice_the_former_comes_back(self) -> None:
        one, other = make_practice(), make_practice()
        client = make_client(one)
        with acting_for(one.id):
            with acting_for(other.id):
                assert list(Client.objects.all()) == []
            assert list(Client.objects.all()) == [client]

    def test_an_error_undoes_the_act_and_whom_it_was_for(self) -> None:
        practice = make_practice()
        with suppress(RuntimeError), acting_for(practice.id):
            make_client(practice)
            assert Client.objects.exists()
            raise RuntimeError
        assert acting() == ""
        with acting_for(practice.id):
            assert not Client.objects.exists()

    def test_an_error_within_leaves_the_outer_practice_in_force(self) -> None:
        practice = make_practice()
        with acting_for(practice.id):
            with pytest.raises(RuntimeError), acting_for(uuid4()):
                raise RuntimeError
            assert acting() == str(practice.id)


def test_a_connection_that_is_used_again_acts_for_nobody(clean_database: object) -> None:
    practice = make_practice()
    make_client(practice)
    with acting_for(practice.id):
        assert Client.objects.exists()
    with transaction.atomic():
        assert acting() == ""
        assert not Client.objects.exists()
