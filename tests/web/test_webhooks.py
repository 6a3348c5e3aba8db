"""A carrier's callback becomes a receipt on disk; whatever else comes is answered, never a 500."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carepost.carriers import forgeries
from carepost.carriers.webhooks import LARGEST, Webhooks
from carepost.ground import clock
from carepost.messaging.models import Receipt
from carepost.practice.models import AuditEntry
from carepost.practice.tenancy import acting_for
from tests.web.asgi import Answered, ask
from tests.web.attempts import Called, delivered, encoded, make_attempt, signed

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.usefixtures("clean_database")


def call(
    url: str, form: dict[str, str], headers: dict[str, str] | None = None, **others: Any
) -> Answered:
    """POST a form, signed unless other headers are given."""
    headers = signed(url, form) if headers is None else headers
    return call_with(url, encoded(form), headers, **others)


def call_with(url: str, body: bytes, headers: dict[str, str], **others: Any) -> Answered:
    async def run() -> Answered:
        webhooks = Webhooks(django_settings.DATABASE.app, django_settings.CAREPOST_BASE_URL)
        try:
            return await ask(webhooks, url, body=body, headers=headers, **others)
        finally:
            await webhooks.close()

    return asyncio.run(run())


def receipts(called: Called) -> list[Receipt]:
    with acting_for(called.practice_id):
        return list(Receipt.objects.order_by("at"))


def forgeries_of(called: Called) -> list[AuditEntry]:
    with acting_for(called.practice_id):
        return list(AuditEntry.objects.filter(action=forgeries.ACTION))


def test_a_signed_callback_is_stored_unread_and_answered_with_nothing() -> None:
    called = make_attempt()

    answer = call(called.path, delivered())

    assert (answer.status, answer.body) == (204, b"")
    [receipt] = receipts(called)
    assert (receipt.event, receipt.carrier_ref) == ("delivered", "SM2xxxxxx")
    assert (receipt.attempt_id, receipt.applied_at) == (called.attempt_id, None)


def test_a_callback_that_comes_twice_is_taken_twice() -> None:
    called = make_attempt()

    assert [call(called.path, delivered()).status for _ in range(2)] == [204, 204]

    assert len(receipts(called)) == 2


def test_the_query_that_the_carrier_was_given_is_part_of_what_it_signs() -> None:
    called = make_attempt()
    path = f"{called.path}?part=1&part=2"

    assert call(path, delivered()).status == 204
    assert call(path, delivered(), signed(called.path, delivered())).status == 403


@pytest.mark.parametrize("header", [{}, {"X-Twilio-Signature": "bm8="}])
def test_a_forged_callback_is_refused_stores_nothing_and_is_written_down(
    header: dict[str, str],
) -> None:
    called = make_attempt()

    answer = call(called.path, delivered(), header)

    assert answer.status == 403
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

    assert call(called.path, delivered(), headers).status == 403


def test_an_attempt_that_we_never_made_is_not_found() -> None:
    called = make_attempt()
    path = f"/hooks/twilio/{called.line_id}/{uuid4()}"

    assert call(path, delivered()).status == 404


def test_an_attempt_of_another_line_is_not_found() -> None:
    one, other = make_attempt(), make_attempt()
    path = f"/hooks/twilio/{other.line_id}/{one.attempt_id}"

    assert call(path, delivered()).status == 404
    assert receipts(one) == []


@pytest.mark.parametrize("carrier", ["smtp", "nobody", "Twilio"])
def test_a_carrier_that_is_not_the_lines_is_not_found(carrier: str) -> None:
    called = make_attempt()
    path = called.path.replace("twilio", carrier)

    assert call(path, delivered()).status == 404


def test_a_signed_status_that_we_do_not_know_is_not_understood() -> None:
    called = make_attempt()
    form = delivered(MessageStatus="teleported", SmsStatus="teleported")

    answer = call(called.path, form)

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["title"] == "Not understood"
    assert receipts(called) == []


def test_what_no_column_can_hold_is_left_out_of_a_receipt() -> None:
    called = make_attempt()

    assert call(called.path, delivered(MessageSid="SM\0" + "x" * 200)).status == 204

    [receipt] = receipts(called)
    assert receipt.carrier_ref == "SM" + "x" * 78


def test_a_callback_is_posted_and_at_most_64_kib_long() -> None:
    called = make_attempt()

    assert call(called.path, delivered(), method="GET").status == 405
    assert call(called.path, delivered(Pad="x" * LARGEST)).status == 413
    assert receipts(called) == []


@pytest.mark.parametrize(
    "path", ["/hooks/", "/hooks/twilio", "/hooks/twilio/1/2", "/hooks/twilio/\0/é", "/hooks//x/y/z"]
)
def test_a_path_that_is_no_callbacks_is_not_found(path: str) -> None:
    assert call_with(path, b"", {}).status == 404


def test_a_caller_that_hangs_up_gets_no_answer_and_stores_nothing() -> None:
    called = make_attempt()

    answer = call(called.path, delivered(), hang_up=True)

    assert answer.status == 0
    assert receipts(called) == []


def test_a_database_that_is_away_is_answered_with_not_now() -> None:
    async def run() -> Answered:
        webhooks = Webhooks("host=/nowhere dbname=none", "http://localhost:8000", wait=0.2)
        try:
            return await ask(webhooks, f"/hooks/twilio/{uuid4()}/{uuid4()}", body=b"", headers={})
        finally:
            await webhooks.close()

    assert asyncio.run(run()).status == 503


def test_connections_that_broke_meanwhile_lose_no_callback() -> None:
    called = make_attempt()

    async def run() -> Iterable[int]:
        webhooks = Webhooks(django_settings.DATABASE.app, django_settings.CAREPOST_BASE_URL)

        async def once() -> int:
            headers = signed(called.path, delivered())
            body = encoded(delivered())
            return (await ask(webhooks, called.path, body=body, headers=headers)).status

        before = await asyncio.gather(*(once() for _ in range(5)))
        await asyncio.to_thread(_cut_every_connection)
        after = await asyncio.gather(*(once() for _ in range(5)))
        await webhooks.close()
        return [*before, *after]

    statuses = asyncio.run(run())

    connections.close_all()  # this thread's was cut too
    assert statuses == [204] * 10
    assert len(receipts(called)) == 10


def _cut_every_connection() -> None:
    import psycopg

    with psycopg.connect(django_settings.DATABASE.admin, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
            [django_settings.DATABASE.app_role],
        )


@given(
    body=st.binary(max_size=300) | st.just(encoded(delivered())),
    signature=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#")),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_bytes_at_all_bring_it_down(
    an_attempt: Called, body: bytes, signature: str, query: str
) -> None:
    headers = {"x-twilio-signature": signature}

    answer = call_with(f"{an_attempt.path}?{query}", body, headers)

    assert answer.status == 403
    assert receipts(an_attempt) == []


@pytest.fixture
def an_attempt(clean_database: object) -> Called:
    return make_attempt()
