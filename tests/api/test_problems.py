"""Every answer that is not what was asked for is a problem (RFC 9457) that says what to do."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import override_settings

from carepost.api.body import IMPORT_LIMIT, LIMIT
from carepost.people import register
from tests.api.asking import Answer, Asker, a_client, a_practice

pytestmark = pytest.mark.django_db

ANN = b'{"first_name": "Ann"}'


def is_a_problem(answer: Answer, status: int) -> bool:
    body = answer.body
    return (
        (answer.status, body["status"], body["type"]) == (status, status, "about:blank")
        and answer.headers["Content-Type"] == "application/problem+json"
        and answer.headers.get("Cache-Control", "no-store") == "no-store"
        and bool(body["title"] and body["detail"])
    )


@pytest.mark.parametrize("token", ["", "cp_unknown", "x" * 5000, "cp_é"])
def test_no_token_or_a_bad_one_is_401_and_says_how(token: str) -> None:
    answer = Asker("").get("/clients", Authorization=f"Bearer {token}")
    assert is_a_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_another_scheme_is_no_token() -> None:
    asker = a_practice()
    assert is_a_problem(asker.get("/clients", Authorization=f"Basic {asker.token}"), 401)


def test_an_unknown_address_or_id_is_404() -> None:
    asker = a_practice()
    assert is_a_problem(asker.get("/nothing/here"), 404)
    assert is_a_problem(asker.get("/clients/"), 404)
    assert is_a_problem(asker.get(""), 404)
    assert is_a_problem(asker.get("/clients/not-an-id"), 404)
    assert is_a_problem(asker.get(f"/clients/{asker.practice_id}"), 404)
    assert is_a_problem(asker.get("/clients/%00"), 404)


def test_another_method_is_405_and_names_those_there_are() -> None:
    answer = a_practice().delete("/clients")
    assert is_a_problem(answer, 405)
    assert answer.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"first_name": "\\ud800"}',
        b'{"first_name": NaN}',
        b"[" * 100_000,
        b'{"first_name": 1e9999',
    ],
)
def test_what_is_not_json_is_400(body: bytes) -> None:
    assert is_a_problem(a_practice().post("/clients", body), 400)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"Ann"', b"7", b"{}"])
def test_json_of_another_shape_is_422(body: bytes) -> None:
    assert is_a_problem(a_practice().post("/clients", body), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "a/b;c=1"])
def test_another_media_type_is_415(kind: str) -> None:
    answer = a_practice().post("/clients", ANN, content_type=kind)
    assert is_a_problem(answer, 415)


def test_json_with_a_charset_is_json() -> None:
    answer = a_practice().post("/clients", ANN, content_type="application/json; charset=utf-8")
    assert answer.status == 201


def test_a_large_body_is_413_and_a_file_may_be_larger() -> None:
    asker = a_practice()
    just = b'{"first_name": "Ann"' + b" " * (LIMIT - 21) + b"}"
    assert asker.post("/clients", just).status == 201
    assert is_a_problem(asker.post("/clients", just + b" "), 413)
    larger = b'{"nonsense": "' + b"x" * LIMIT + b'"}'
    assert asker.post("/imports", larger).status == 422
    assert is_a_problem(asker.post("/imports", b" " * (IMPORT_LIMIT + 1)), 413)


def test_a_field_that_there_is_not_is_named_and_a_parameter_is_ignored() -> None:
    asker = a_practice()
    answer = asker.post("/clients", {"first_name": "Ann", "a/b~c": 1})
    assert answer.pointers == ["#/a~1b~0c"]
    assert asker.get("/clients?colour=blue").status == 200


def test_a_parameter_that_is_wrong_is_named() -> None:
    asker = a_practice()
    for query in ("limit=0", "limit=many", "limit=501", "q=%00"):
        answer = asker.get(f"/clients?{query}")
        assert is_a_problem(answer, 422)
        assert answer.pointers == [query.partition("=")[0]]


def test_a_problem_repeats_nothing_that_was_sent() -> None:
    body = {"first_name": ["Secretname"], "birth_date": "Secretday", "contact_points": "Secret"}
    assert "Secret" not in json.dumps(a_practice().post("/clients", body).body)


def test_what_nobody_foresaw_is_500_with_a_reference_and_no_detail(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError(" ".join(told))

    told = ("Ann Field", "has", "the flu")
    asker = a_practice()
    monkeypatch.setattr(register, "add_client", broken)
    with caplog.at_level(logging.ERROR):
        answer = asker.post("/clients", {"first_name": "Ann"})
    assert is_a_problem(answer, 500)
    assert answer.body["reference"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "has the flu" not in caplog.text + json.dumps(answer.body)


def test_a_refusal_undoes_all_that_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from carepost.api.resources import clients

    def broken(*args: object) -> None:
        raise RuntimeError

    asker = a_practice()
    with monkeypatch.context() as patched:
        patched.setattr(clients, "shown_all", broken)
        assert asker.post("/clients", {"first_name": "Ann"}).status == 500
    assert asker.get("/clients").body["items"] == []


class TestRate:
    def test_a_token_that_asks_too_fast_is_429_and_told_when(self) -> None:
        asker, other = a_practice(), a_practice()
        with override_settings(CAREPOST_API_RATE=0.5, CAREPOST_API_BURST=3):
            statuses = [asker.get("/whoami").status for _ in range(4)]
            refused = asker.get("/whoami")
            assert statuses == [200, 200, 200, 429]
            assert is_a_problem(refused, 429)
            assert 1 <= int(refused.headers["Retry-After"]) <= 2
            assert other.get("/whoami").status == 200

    def test_a_rate_of_none_is_no_limit(self) -> None:
        asker = a_practice()
        with override_settings(CAREPOST_API_RATE=0, CAREPOST_API_BURST=1):
            assert {asker.get("/whoami").status for _ in range(5)} == {200}


def test_a_read_takes_as_many_queries_for_many_as_for_one(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    asker = a_practice()
    for _ in range(6):
        a_client(asker, contact_points=[{"system": "email", "value": "a@b.test"}])
    with django_assert_max_num_queries(13) as few:  # type: ignore[operator]
        asker.get("/clients?limit=1")
    with django_assert_max_num_queries(13) as many:  # type: ignore[operator]
        assert len(asker.get("/clients").body["items"]) == 6
    assert len(few) == len(many)
