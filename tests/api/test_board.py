"""The outbox at a glance, over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carepost.ground import clock
from tests.api.asking import a_client, a_practice
from tests.api.test_messages import a_message

pytestmark = pytest.mark.django_db


def test_messages_are_counted_by_status_within_filters() -> None:
    asker = a_practice()
    message = a_message(asker)
    a_message(asker, status="held", hold="no_consent")
    assert asker.get("/messages/counts").body == {
        "most": 999,
        "counts": {"planned": 1, "held": 1},
    }
    of_one = asker.get(f"/messages/counts?client_id={message.client_id}").body
    assert of_one["counts"] == {"planned": 1}
    assert asker.get("/messages/counts?channel=pigeon").pointers == ["channel"]


def test_what_leaves_next_and_what_the_days_brought() -> None:
    asker = a_practice()
    a_message(asker, due_at=clock.now() + timedelta(hours=2))
    leaving = asker.get("/messages/leaving").body
    assert [(h["channel"], h["messages"]) for h in leaving["hours"]] == [("sms", 1)]
    assert leaving["last_hour"] == {}
    a_message(asker, due_at=clock.now() - timedelta(days=2), status="failed")
    (day,) = [d for d in asker.get("/messages/days").body["days"] if "failed" in d["counts"]]
    assert day["counts"] == {"failed": 1}
    assert asker.get("/messages/days?days=91").status == 422


def test_rules_are_forecast() -> None:
    asker = a_practice()
    message = a_message(asker, due_at=clock.now() + timedelta(days=2))
    assert asker.get("/messages/forecast").body["items"] == [
        {"rule_id": str(message.rule_id), "left": 0, "will": 1}
    ]


def test_what_needs_somebody_says_what_mends_it() -> None:
    asker = a_practice()
    message = a_message(
        asker, status="held", hold="no_consent", due_at=clock.now() + timedelta(hours=1)
    )
    found = asker.get("/messages/needs").body
    assert (found["total"], found["more"]) == (1, False)
    (need,) = found["items"]
    assert (need["code"], need["message_id"]) == ("held", str(message.id))
    assert need["mend"]["code"] == "ask_consent"


def test_whether_a_client_hears_from_us_is_a_sentence() -> None:
    asker = a_practice()
    message = a_message(asker)
    changed = {"messaging_enabled": True, "quiet_hours": None}
    assert asker.patch("/settings", changed).status == 200
    found = asker.get(f"/clients/{message.client_id}/hearing").body
    assert (found["code"], found["well"], found["message_id"]) == (
        "planned", True, str(message.id),
    )  # fmt: skip
    assert found["sentence"].startswith("Ann will hear from us by SMS")
    visit = asker.get(f"/messages/{message.id}").body["appointment_ids"][0]
    of_visit = asker.get(f"/appointments/{visit}/hearing").body
    assert (of_visit["code"], of_visit["well"]) == ("planned", True)
    alone = a_client(asker)["id"]
    assert asker.get(f"/clients/{alone}/hearing").body["code"] == "no_visit"


def test_lines_are_paused_switched_and_named() -> None:
    asker = a_practice()
    a_message(asker)
    (line,) = asker.get("/lines").body["items"]
    path = f"/lines/{line['id']}"
    until = (clock.now() + timedelta(hours=1)).isoformat()
    assert asker.post(f"{path}/pause", {"until": until}).body["paused_until"]
    assert asker.post(f"{path}/resume").body["paused_until"] is None
    assert asker.patch(path, {"name": "Reception"}).body["name"] == "Reception"
    assert asker.post(f"{path}/switch-off").body["active"] is False
    assert asker.post(f"{path}/switch-on").body["active"] is True
    past = (clock.now() - timedelta(hours=1)).isoformat()
    assert asker.post(f"{path}/pause", {"until": past}).pointers == ["#/until"]
