"""Nothing is lost, and nothing is sent twice, whatever is killed while hundreds go out.

Real processes: `carepost up` with two workers, its PostgreSQL with fsync on, the sandbox as a
carrier that cuts and fails. Each test looks at the same aftermath and holds one promise to it.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.faults.calendars import FIRST_PHONE, MAILBOXES, NAME, PHONES
from tests.faults.ordeal import Aftermath, Plan, go_through

A_HANDFUL = 5
SMOKE = Plan(
    clients=60, pairs=6, neighbours=4, stops=5, rate=6, seed=3,
    kills={"worker": 1, "web": 1, "postgres": 1},
)  # fmt: skip
WHOLE = Plan(
    clients=600, pairs=40, neighbours=20, stops=40, rate=20, seed=11,
    kills={"worker": 4, "web": 2, "sandbox": 2, "postgres": 3, "backend": 2},
)  # fmt: skip


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SMOKE, id="smoke"),
        pytest.param(WHOLE, id="whole", marks=pytest.mark.slow),
    ],
)
def after(request: pytest.FixtureRequest) -> Aftermath:
    aftermath = go_through(request.param)
    print(aftermath.told())
    return aftermath


def test_each_kill_fell_while_messages_went_out(after: Aftermath) -> None:
    assert Counter(kill.what for kill in after.kills) == Counter(after.plan.kills)
    assert all(0 < kill.taken < after.plan.messages for kill in after.kills)
    assert after.fsync == "on"
    # The carrier's cuts and failures were met: some attempts were not simply accepted.
    assert {a["outcome"] for a in after.attempts.values()} > {"accepted"}


def test_nothing_is_lost(after: Aftermath) -> None:
    texts, mails = after.texts_of(), after.mails_of()
    lost = [
        (m["channel"], m["status"], m["drop"])
        for id, m in after.messages.items()
        if not texts[id] and not mails[id]
        and (m["status"], m["drop"]) != ("dropped", "stopped")
        and m["status"] != "needs_person"
    ]  # fmt: skip

    assert lost == []
    assert len(after.messages) == after.plan.messages


def test_what_a_person_must_look_at_is_rare(after: Aftermath) -> None:
    assert sum(m["status"] == "needs_person" for m in after.messages.values()) <= A_HANDFUL


def test_no_text_is_sent_twice(after: Aftermath) -> None:
    assert [id for id, texts in after.texts_of().items() if len(texts) > 1] == []


def test_an_email_comes_again_only_with_its_one_message_id(after: Aftermath) -> None:
    ids = Counter()
    for id, mails in after.mails_of().items():
        assert len({mail["message_id"] for mail in mails}) <= 1
        assert {tuple(mail["to"]) for mail in mails} <= {(after.messages[id]["address"],)}
        ids.update({mail["message_id"] for mail in mails})

    assert set(ids.values()) == {1}
    assert len(ids) == after.plan.clients + after.plan.neighbours


def test_each_text_is_for_whom_it_reached(after: Aftermath) -> None:
    for id, texts in after.texts_of().items():
        for text in texts:
            message = after.messages[id]
            assert text["to"] == message["address"]
            assert message["first_name"] in text["body"]


def test_two_equal_texts_to_one_number_both_arrive_once(after: Aftermath) -> None:
    doubled = {f"{PHONES}{FIRST_PHONE + 2 * pair}" for pair in range(after.plan.pairs)}
    doubled -= set(after.stop_addresses)
    unclear = {m["address"] for m in after.messages.values() if m["status"] == "needs_person"}
    arrived = Counter((text["to"], text["body"]) for text in after.texts)

    assert len(doubled) > after.plan.pairs / 3
    assert {to: n for (to, _), n in arrived.items() if to in doubled - unclear} == dict.fromkeys(
        doubled - unclear, 2
    )


def test_a_stop_in_mid_batch_stops_all_that_was_not_armed(after: Aftermath) -> None:
    texts = after.texts_of()
    assert after.stops_committed is not None
    armed_later = [
        a
        for a in after.attempts.values()
        if a["address"] in after.stop_addresses
        and after.messages[a["message_id"]]["channel"] == "sms"
        and a["at"] > after.stops_committed
    ]

    assert len(after.stopped) == after.plan.stops
    assert {(after.messages[id]["status"], after.messages[id]["drop"]) for id in after.stopped} == {
        ("dropped", "stopped")
    }
    assert [id for id in after.stopped if texts[id]] == []
    assert armed_later == []


def test_every_message_ends_with_what_became_of_it(after: Aftermath) -> None:
    assert after.open == (0, 0, 0, 0)
    ends = Counter((m["channel"], m["status"], m["drop"]) for m in after.messages.values())
    assert set(ends) <= {
        ("sms", "delivered", ""),
        ("sms", "dropped", "stopped"),
        ("sms", "needs_person", ""),
        ("email", "sent", ""),
    }


def test_our_books_say_what_the_carrier_says(after: Aftermath) -> None:
    texts = after.texts_of()
    unclear = {id for id, m in after.messages.items() if m["status"] == "needs_person"}
    ours = {
        (id, a["carrier_ref"])
        for id, a in after.attempts.items()
        if a["outcome"] == "accepted"
        and after.messages[a["message_id"]]["channel"] == "sms"
        and a["message_id"] not in unclear
    }
    theirs = {
        (text["callback"].rpartition("/")[2], text["sid"])
        for message, found in texts.items()
        if message not in unclear
        for text in found
    }

    assert ours == theirs
    for id, m in after.messages.items():
        if m["status"] == "delivered":
            assert [text["sid"] for text in texts[id]] == [m["carrier_ref"]]


def test_no_row_mixes_practices_and_nobody_sees_all(after: Aftermath) -> None:
    assert after.mixed_rows == 0
    assert after.seen_by_nobody == 0
    assert Counter(str(m["practice_id"]) for m in after.messages.values()) == {
        after.practice: 2 * after.plan.clients,
        after.neighbour: 2 * after.plan.neighbours,
    }


def test_each_stop_is_in_the_audit_trail_once_and_no_forgery(after: Aftermath) -> None:
    assert after.audited["stop.make", after.practice] == len(after.stop_addresses) > 0
    assert after.audited["stop.make", after.neighbour] == 0
    assert [action for action, _ in after.audited if "forge" in action] == []


def test_no_log_names_a_client_or_an_address(after: Aftermath) -> None:
    secret = re.compile(f"{NAME}|{re.escape(PHONES[2:])}[0-9]|{re.escape(MAILBOXES)}")

    assert any("database" in log for log in after.logs.values())
    assert {name: m[0] for name, log in after.logs.items() if (m := secret.search(log))} == {}
