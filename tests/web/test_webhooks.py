"""A carrier's callback becomes a receipt on disk; whatever else comes is answered, never a 500."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carepost.carriers import forgeries, webhooks
from carepost.ground import clock
from carepost.messaging.models import Receipt
from carepost.practice.models import AuditEntry
from carepost.practice.tenancy import acting_for
from tests.web.attempts import Called, delivered, encoded, make_attempt, signed

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.hook_urls")]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _forget_accounts() -> None:
    webhooks._kept.clear()


@pytest.fixture
def an_attempt(db: None) -> Called:
    return make_attempt()


def call(path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> HttpResponse:
    given = signed(path, form) if headers is None else headers
    return Client().post(path, encoded(form), content_type=FORM, headers=given)


def receipts(called: Called) -> list[Receipt]:
    with acting_for(called.practice_id):
        return list(Receipt.objects.order_by("at"))


def forgeries_of(called: Called) -> list[AuditEntry]:
    with acting_for(called.practice_id):
        return list(AuditEntry.objects.filter(action=forgeries.ACTION))


def test_a_signed_callback_is_stored_unread_and_answered_with_nothing() -> None:
    called = make_attempt()

    answer = call(called.path, delivered())

    assert (answer.status_code, answer.content) == (204, b"")
    [receipt] = receipts(called)
    assert (receipt.event, receipt.carrier_ref) == ("delivered", "SM2xxxxxx")
    assert (receipt.attempt_id, receipt.applied_at) == (called.attempt_id, None)


def test_a_callback_that_comes_twice_is_taken_twice() -> None:
    called = make_attempt()

    assert [call(called.path, delivered()).status_code for _ in range(2)] == [204, 204]

    assert len(receipts(called)) == 2


def test_the_query_that_the_carrier_was_given_is_part_of_what_it_signs() -> None:
    called = make_attempt()
    path = f"{called.path}?part=1&part=2"

    assert call(path, delivered()).status_code == 204
    assert call(path, delivered(), signed(called.path, delivered())).status_code == 403


@pytest.mark.parametrize("header", [{}, {"X-Twilio-Signature": "bm8="}])
def test_a_forged_callback_is_refused_stores_nothing_and_is_written_down(
    header: dict[str, str],
) -> None:
    called = make_attempt()

    answer = call(called.path, delivered(), header)

    assert answer.status_code == 403
    assert receipts(called) == []
    [entry] = forgeries_of(called)
    assert (entry.actor_kind, entry.actor_id) == ("nobody", None)
    assert (entry.subject_kind, entry.subject_id) == ("line", called.line_id)


def test_a_flood_of_forged_callbacks_leaves_one_entry_per_line_and_minute() -> None:
    called, other = make_attempt(), make_attempt()
    for _ in range(5):
        call(called.path, delivered(), {})
    call(other.path, delivered(), {})
    assert (len(forgeries_of(called)), len(forgeries_of(other))) == (1, 1)

    later = clock.now() + forgeries.AT_MOST_EVERY + timedelta(seconds=1)
    assert forgeries.note(called.practice_id, called.line_id, later)


def test_a_signature_by_another_lines_token_is_forged() -> None:
    called = make_attempt()
    headers = signed(called.path, delivered(), "the token of somebody else")

    assert call(called.path, delivered(), headers).status_code == 403


def test_an_attempt_that_we_never_made_is_not_found() -> None:
    called = make_attempt()
    path = f"/hooks/twilio/{called.line_id}/{uuid4()}"

    assert call(path, delivered()).status_code == 404


def test_an_attempt_of_another_line_is_not_found() -> None:
    one, other = make_attempt(), make_attempt()
    path = f"/hooks/twilio/{other.line_id}/{one.attempt_id}"

    assert call(path, delivered()).status_code == 404
    assert receipts(one) == []


@pytest.mark.parametrize("carrier", ["smtp", "nobody", "Twilio"])
def test_a_carrier_that_is_not_the_lines_is_not_found(carrier: str) -> None:
    called = make_attempt()
    path = called.path.replace("twilio", carrier)

    assert call(path, delivered()).status_code == 404


def test_a_signed_status_that_we_do_not_know_is_not_understood() -> None:
    called = make_attempt()
    form = delivered(MessageStatus="teleported", SmsStatus="teleported")

    answer = call(called.path, form)

    assert answer.status_code == 400
    assert answer["content-type"] == "application/problem+json"
    assert receipts(called) == []


def test_what_no_column_can_hold_is_left_out_of_a_receipt() -> None:
    called = make_attempt()

    assert call(called.path, delivered(MessageSid="SM\0" + "x" * 200)).status_code == 204

    [receipt] = receipts(called)
    assert receipt.carrier_ref == "SM" + "x" * 78


def test_a_callback_is_posted_and_at_most_64_kib_long() -> None:
    called = make_attempt()

    assert Client().get(called.path).status_code == 405
    assert call(called.path, delivered(Pad="x" * 65536)).status_code == 413


@given(
    body=st.binary(max_size=300) | st.just(encoded(delivered())),
    signature=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#")),
    content_type=st.sampled_from([FORM, "application/json", "multipart/form-data; boundary=x"]),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_bytes_at_all_bring_it_down(
    an_attempt: Called, body: bytes, signature: str, query: str, content_type: str
) -> None:
    answer = Client(raise_request_exception=False).post(
        f"{an_attempt.path}?{query}",
        body,
        content_type=content_type,
        headers={"X-Twilio-Signature": signature},
    )

    assert answer.status_code == 403
    assert receipts(an_attempt) == []
