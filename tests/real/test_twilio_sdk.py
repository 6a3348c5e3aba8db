"""The official Twilio SDK, pointed at the sandbox, meets what it meets at Twilio."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "AC" + "7b" * 16
TOKEN = "f" * 32
OURS = "+12025550199"


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    command = [sys.executable, "-m", "carepost.sandbox", "--http-port", "0", "--smtp-port", "0"]
    command += ["--account-sid", ACCOUNT, "--auth-token", TOKEN]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    yield found.group()
    process.terminate()
    process.wait(10)


@pytest.fixture
def client(base_url: str) -> Client:
    requests.post(f"{base_url}/sandbox/reset", timeout=5).raise_for_status()
    return client_of(base_url)


def client_of(base_url: str, token: str = TOKEN) -> Client:
    client = Client(ACCOUNT, token)
    client.api.base_url = base_url
    return client


def test_a_created_message_can_be_fetched_until_it_is_delivered(client):
    created = client.messages.create(to="+12025550111", from_=OURS, body="Hello é")
    assert (created.status, created.date_sent, created.price) == ("queued", None, None)
    assert created.date_created.tzinfo is not None
    assert (created.num_segments, created.error_code) == ("1", None)
    deadline = time.monotonic() + 5
    fetched = created.fetch()
    while fetched.status != "delivered" and time.monotonic() < deadline:
        time.sleep(0.05)
        fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.body, fetched.to) == ("delivered", "Hello é", "+12025550111")
    assert fetched.date_sent >= fetched.date_created


def test_a_messaging_service_picks_its_number_later(client):
    created = client.messages.create(
        to="+12025550111", messaging_service_sid="MG" + "1" * 32, body="x"
    )
    assert (created.status, created.from_) == ("accepted", None)


def test_lists_are_paged_without_repeats_and_filtered(client):
    for n in range(7):
        client.messages.create(to=f"+1202555{100 + n % 2:04d}", from_=OURS, body=f"n{n}")
    listed = client.messages.list(page_size=2)
    assert [each.body for each in listed] == [f"n{n}" for n in reversed(range(7))]
    odd = client.messages.list(to="+12025550101", from_=OURS, page_size=2)
    assert [each.body for each in odd] == ["n5", "n3", "n1"]
    first = client.messages.page(page_size=3)
    second = first.next_page()
    assert [each.body for each in second] == ["n3", "n2", "n1"]
    assert [each.body for each in second.previous_page()] == ["n6", "n5", "n4"]
    assert [each.body for each in client.messages.stream(limit=4, page_size=3)] == [
        "n6",
        "n5",
        "n4",
        "n3",
    ]


def test_lists_are_filtered_by_the_time_of_sending(client):
    began = datetime.now(UTC) - timedelta(seconds=1)
    created = client.messages.create(to="+12025550111", from_=OURS, body="x")
    time.sleep(0.8)
    later = datetime.now(UTC) + timedelta(hours=1)
    sids = [each.sid for each in client.messages.list(date_sent_after=began)]
    assert sids == [created.sid]
    assert client.messages.list(date_sent_after=later) == []
    assert client.messages.list(date_sent_before=began - timedelta(hours=1)) == []
    today = client.messages.list(date_sent=created.date_created.date())
    assert [each.sid for each in today] == [created.sid]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"to": "12", "from_": OURS, "body": "x"}, 21211),
        ({"to": "+12025550111", "from_": "?", "body": "x"}, 21212),
        ({"to": "+12025550111", "from_": OURS}, 21602),
        ({"to": "", "from_": OURS, "body": "x"}, 21604),
        ({"to": "+12025550010", "from_": OURS, "body": "x"}, 21610),
        ({"to": "+12025550111", "from_": OURS, "body": "x" * 1601}, 21617),
    ],
)
def test_refusals_are_the_sdks_own_exception_with_twilios_code(client, message, code):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**message)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_wrong_token_and_a_missing_message_are_told_apart(client, base_url):
    with pytest.raises(TwilioRestException) as refused:
        client_of(base_url, token="wrong").messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_too_many_requests_and_a_breakdown_reach_the_caller(client, base_url):
    for trouble, status, code in (({"refuse_429": 1}, 429, 20429), ({"error_500": 1}, 500, 20500)):
        requests.post(f"{base_url}/sandbox/reset", timeout=5)
        requests.post(f"{base_url}/sandbox/trouble", json=trouble, timeout=5).raise_for_status()
        with pytest.raises(TwilioRestException) as refused:
            client.messages.create(to="+12025550111", from_=OURS, body="x")
        assert (refused.value.status, refused.value.code) == (status, code)


def test_a_message_can_be_redacted_and_deleted(client):
    created = client.messages.create(to="+12025550111", from_=OURS, body="secret")
    time.sleep(0.8)
    assert client.messages(created.sid).update(body="").body == ""
    assert client.messages(created.sid).delete() is True
    assert client.messages.list() == []
