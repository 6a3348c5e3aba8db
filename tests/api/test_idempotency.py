"""A request that is sent twice is done once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from carepost.api import idempotency
from carepost.ground import clock
from carepost.people import register
from carepost.practice.models import IdempotentAnswer
from carepost.practice.tenancy import acting_for
from tests.api.asking import Answer, Asker, a_practice, an_appointment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

    from carepost.config.database import Database

ANN = {"first_name": "Ann", "last_name": "Field"}
KEY = {"Idempotency-Key": "a key"}


@pytest.mark.django_db
class TestRepeated:
    def test_the_first_answer_is_given_again_and_nothing_is_done(self) -> None:
        asker = a_practice()
        first = asker.post("/clients", ANN, **KEY)
        second = asker.post("/clients", ANN, **KEY)
        assert (first.status, second.status) == (201, 201)
        assert first.body == second.body
        assert second.headers["Idempotent-Replayed"] == "true"
        assert len(asker.get("/clients").body["items"]) == 1

    def test_without_a_key_each_is_done(self) -> None:
        asker = a_practice()
        assert asker.post("/clients", ANN).body != asker.post("/clients", ANN).body

    def test_the_same_key_with_another_request_is_refused(self) -> None:
        asker = a_practice()
        asker.post("/clients", ANN, **KEY)
        refused = asker.post("/clients", ANN | {"first_name": "Bob"}, **KEY)
        assert (refused.status, refused.pointers) == (422, ["Idempotency-Key"])
        assert asker.post("/contacts", ANN, **KEY).status == 422

    def test_a_patch_has_a_key_too(self) -> None:
        asker = a_practice()
        visit = an_appointment(asker)
        path = f"/appointments/{visit['id']}"
        to = {"starts_at": "2031-07-01T09:30:00Z"}
        moved = asker.patch(path, to, **KEY)
        asker.patch(path, {"starts_at": "2031-07-02T09:30:00Z"})
        assert asker.patch(path, to, **KEY).body == moved.body
        assert asker.get(path).body["starts_at"] == "2031-07-02T09:30:00+00:00"

    def test_a_refused_request_leaves_its_key_free(self) -> None:
        asker = a_practice()
        assert asker.post("/clients", {}, **KEY).status == 422
        assert asker.post("/clients", ANN, **KEY).status == 201

    def test_practices_do_not_share_keys(self) -> None:
        first, second = a_practice(), a_practice()
        made = first.post("/clients", ANN, **KEY)
        assert second.post("/clients", ANN, **KEY).body["id"] != made.body["id"]

    def test_after_a_day_a_key_is_free_and_others_are_forgotten(self) -> None:
        asker = a_practice()
        first = asker.post("/clients", ANN, **KEY)
        asker.post("/clients", ANN, **{"Idempotency-Key": "another"})
        with acting_for(asker.practice_id):
            old = clock.now() - timedelta(hours=25)
            IdempotentAnswer.objects.update(created_at=old)
        again = asker.post("/clients", ANN, **KEY)
        assert again.status == 201
        assert again.body["id"] != first.body["id"]
        with acting_for(asker.practice_id):
            assert [row.key for row in IdempotentAnswer.objects.all()] == ["a key"]

    def test_what_is_kept_is_sealed(self) -> None:
        asker = a_practice()
        asker.post("/clients", ANN, **KEY)
        with acting_for(asker.practice_id):
            assert b"Field" not in bytes(IdempotentAnswer.objects.get().sealed_body)

    @pytest.mark.parametrize("key", ["x" * 256, "é"])
    def test_a_key_that_cannot_be_kept_is_refused(self, key: str) -> None:
        refused = a_practice().post("/clients", ANN, **{"Idempotency-Key": key})
        assert (refused.status, refused.pointers) == (422, ["Idempotency-Key"])


@pytest.fixture
def asker(clean_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Asker]:
    with django_db_blocker.unblock():
        yield a_practice()


def at_once(asker: Asker, times: int) -> list[Answer]:
    answers: list[Answer] = []

    def send() -> None:
        try:
            answers.append(asker.post("/clients", ANN, **KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class TestAtOnce:
    def test_of_several_with_one_key_one_is_done_and_the_others_wait_for_its_answer(
        self, asker: Asker
    ) -> None:
        answers = at_once(asker, 4)
        assert [answer.status for answer in answers] == [201] * 4
        assert len({answer.body["id"] for answer in answers}) == 1
        assert len(asker.get("/clients").body["items"]) == 1

    def test_who_waits_too_long_is_told_to_come_again(
        self, asker: Asker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.2)
        inside, go_on = threading.Event(), threading.Event()
        add = register.add_client

        def slowly(*args: object, **kwargs: object) -> object:
            inside.set()
            assert go_on.wait(20)
            return add(*args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(register, "add_client", slowly)
        answers: list[Answer] = []
        first = threading.Thread(target=lambda: answers.extend(at_once(asker, 1)))
        first.start()
        assert inside.wait(20)
        second = asker.post("/clients", ANN, **KEY)
        go_on.set()
        first.join()
        assert (second.status, second.headers["Retry-After"]) == (409, "1")
        assert answers[0].status == 201
        assert asker.post("/clients", ANN, **KEY).body == answers[0].body

    def test_who_waits_for_one_that_was_undone_is_done_instead(
        self, asker: Asker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside, go_on = threading.Event(), threading.Event()
        add = register.add_client

        def fails_first(*args: object, **kwargs: object) -> object:
            if not inside.is_set():
                inside.set()
                assert go_on.wait(20)
                raise RuntimeError
            return add(*args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(register, "add_client", fails_first)
        answers: list[Answer] = []
        first = threading.Thread(target=lambda: answers.extend(at_once(asker, 1)))
        first.start()
        assert inside.wait(20)
        second: list[Answer] = []
        other = threading.Thread(target=lambda: second.extend(at_once(asker, 1)))
        other.start()
        threading.Timer(0.3, go_on.set).start()
        first.join()
        other.join()
        assert [answers[0].status, second[0].status] == [500, 201]
        assert len(asker.get("/clients").body["items"]) == 1
