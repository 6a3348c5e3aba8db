"""Messages over the API: listed, explained, sent now, cancelled, tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carepost.ground import clock
from carepost.messaging.models import Lane, Message, MessageAbout, Rule
from carepost.people.models import ContactPoint
from carepost.practice.tenancy import acting_for
from tests.api.asking import Asker, a_practice, an_appointment
from tests.builders import make_line, practice_of

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db


def a_message(asker: Asker, **others: Any) -> Message:
    """A planned reminder by SMS of a visit a week ahead, due the day before; it has its line."""
    visit = an_appointment(asker)
    point = {"client_id": visit["client_id"], "system": "phone", "value": "+12125550123"}
    asker.post("/contact-points", point)
    line = make_line(practice_of(as_uuid(asker.practice_id)))
    starts_at = datetime.fromisoformat(visit["starts_at"])
    ours = {"practice_id": asker.practice_id}
    with acting_for(as_uuid(asker.practice_id)):
        rule = Rule.objects.create(**ours, kind="appointment_reminder", when="before", days=1)
        fields: dict[str, Any] = {
            "kind": "appointment_reminder",
            "channel": "sms",
            "status": "planned",
            "rule": rule,
            "client_id": visit["client_id"],
            "contact_point": ContactPoint.objects.get(client_id=visit["client_id"]),
            "address": "+12125550123",
            "line": line,
            "lane": Lane.objects.get(line_id=line.line_id, urgency=0),
            "due_at": starts_at - timedelta(days=1),
            "expires_at": starts_at,
        }
        wanted = others.pop("status", "planned")
        message = Message.objects.create(**ours, **fields | others)
        MessageAbout.objects.create(
            **ours,
            message=message,
            rule=rule,
            appointment_id=visit["id"],
            sequence=0,
            recipient_id=visit["client_id"],
        )
        # By the moves that there are.
        for status in {"failed": ["sending", "failed"], "held": ["held"]}.get(wanted, []):
            Message.objects.filter(id=message.id).update(status=status)
    return message


def as_uuid(text: str) -> UUID:
    from uuid import UUID

    return UUID(text)


def test_a_message_is_shown_with_what_outsiders_rely_on() -> None:
    asker = a_practice()
    message = a_message(asker)
    shown = asker.get(f"/messages/{message.id}").body
    assert (shown["to"], shown["channel"], shown["kind"], shown["status"]) == (
        "+12125550123",
        "sms",
        "appointment_reminder",
        "planned",
    )
    assert (shown["hold"], shown["drop"], shown["error"], shown["sent_at"]) == (None,) * 4
    assert shown["client_id"] == str(message.client_id)
    assert datetime.fromisoformat(shown["due_at"]) == message.due_at
    assert len(shown["appointment_ids"]) == 1
    assert asker.get("/messages").body["items"] == [shown]
    assert [e["subject_id"] for e in asker.get("/audit?action=message.read").body["items"]] == [
        str(message.id)
    ] * 2


def test_messages_are_filtered() -> None:
    asker = a_practice()
    held = a_message(asker, status="held", hold="no_consent")
    soon = a_message(asker, due_at=clock.now() + timedelta(hours=1))

    def listed(query: str) -> list[str]:
        return [m["id"] for m in asker.get(f"/messages?{query}").body["items"]]

    assert listed("") == [str(held.id), str(soon.id)]
    assert listed("status=held") == [str(held.id)]
    assert listed("status=delivered") == []
    assert listed("channel=email") == []
    assert listed("channel=sms&kind=appointment_reminder") == [str(held.id), str(soon.id)]
    assert listed("kind=appointment_notice") == []
    assert listed(f"client_id={soon.client_id}") == [str(soon.id)]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert listed(f"due_before={tomorrow}") == [str(soon.id)]
    assert listed(f"due_after={tomorrow}") == [str(held.id)]
    of_visit = asker.get(f"/messages/{soon.id}").body["appointment_ids"][0]
    assert listed(f"appointment_id={of_visit}") == [str(soon.id)]
    assert asker.get("/messages?status=lost").pointers == ["status"]
    assert asker.get("/messages/" + str(held.id)).body["hold"] == "no_consent"


def test_why_tells_the_story() -> None:
    asker = a_practice()
    message = a_message(asker, status="held", hold="no_consent")
    story = asker.get(f"/messages/{message.id}/why")
    assert story.status == 200
    assert any("not agreed" in sentence for sentence in story.body["summary"])


def test_what_waits_can_be_sent_now_and_called_back() -> None:
    asker = a_practice()
    path = f"/messages/{a_message(asker).id}"
    sent = asker.post(f"{path}/send-now")
    assert sent.status == 200
    assert datetime.fromisoformat(sent.body["due_at"]) <= clock.now()
    cancelled = asker.post(f"{path}/cancel", {})
    assert (cancelled.body["status"], cancelled.body["drop"]) == ("dropped", "by_staff")
    assert asker.post(f"{path}/send-now", {}).status == 409
    assert asker.post(f"{path}/retry", {}).status == 409


def test_what_failed_can_be_tried_again() -> None:
    asker = a_practice()
    message = a_message(asker, status="failed", error_code="30005", error_words="Unknown handset")
    path = f"/messages/{message.id}"
    assert asker.get(path).body["error"] == {"code": "30005", "words": "Unknown handset"}
    again = asker.post(f"{path}/retry", {})
    assert (again.body["status"], again.body["error"]) == ("planned", None)


def test_nothing_is_said_with_what_is_done_to_a_message() -> None:
    asker = a_practice()
    message = a_message(asker)
    assert asker.post(f"/messages/{message.id}/cancel", {"why": "so"}).pointers == ["#/why"]


def test_why_tells_lines_a_reason_and_what_mends_it() -> None:
    asker = a_practice()
    message = a_message(asker, status="held", hold="no_consent")
    story = asker.get(f"/messages/{message.id}/why").body
    assert story["mend"] == {"code": "ask_consent", "label": "Record their consent"}
    assert "not agreed" in story["reason"]
    assert [line["kind"] for line in story["lines"]] == ["made", "now"]
    assert story["trace"]["rule_id"] == str(message.rule_id)


def test_words_are_read_edited_and_set_back() -> None:
    asker = a_practice()
    path = f"/messages/{a_message(asker).id}/words"
    preview = asker.get(path).body
    assert preview["source"] == "preview"
    assert preview["segments"] >= 1
    assert asker.post(path, {"body": "Come by."}).status == 200
    edited = asker.get(path).body
    assert (edited["source"], edited["text"], edited["segments"]) == ("edited", "Come by.", 1)
    assert asker.post(path, {"body": ""}).pointers == ["#/body"]
    assert asker.post(path.replace("words", "reset-words")).status == 200
    assert asker.get(path).body == preview


def test_what_waits_is_moved_and_what_was_called_off_taken_back() -> None:
    asker = a_practice()
    message = a_message(asker)
    path = f"/messages/{message.id}"
    to = (message.due_at + timedelta(hours=2)).isoformat()
    moved = asker.post(f"{path}/time", {"due_at": to}).body
    assert datetime.fromisoformat(moved["due_at"]) == message.due_at + timedelta(hours=2)
    too_late = (message.expires_at + timedelta(hours=1)).isoformat()
    assert asker.post(f"{path}/time", {"due_at": too_late}).pointers == ["#/due_at"]
    asker.post(f"{path}/cancel")
    restored = asker.post(f"{path}/restore").body
    assert (restored["status"], restored["drop"]) == ("planned", None)


def test_what_failed_is_said_another_way_or_not_and_why() -> None:
    asker = a_practice()
    message = a_message(asker, status="failed")
    asker.patch("/settings", {"messaging_enabled": True})
    path = f"/messages/{message.id}/retry-by"
    refused = asker.post(path, {"channel": "email"})
    assert refused.status == 409
    assert "no number or address" in refused.body["detail"]
    email = {"client_id": str(message.client_id), "system": "email", "value": "ann@people.test"}
    asker.made("/contact-points", email)
    make_line(practice_of(as_uuid(asker.practice_id)), "email")
    made = asker.made(path, {"channel": "email"})
    assert (made["channel"], made["status"], made["to"]) == ("email", "planned", "ann@people.test")


def test_a_message_in_doubt_is_decided() -> None:
    asker = a_practice()
    message = a_message(asker)
    assert asker.post(f"/messages/{message.id}/decide", {"decision": "sent"}).status == 409
    with acting_for(as_uuid(asker.practice_id)):
        for status in ("sending", "uncertain", "needs_person"):
            Message.objects.filter(id=message.id).update(status=status)
    assert asker.post(f"/messages/{message.id}/decide", {"decision": "maybe"}).status == 422
    decided = asker.post(f"/messages/{message.id}/decide", {"decision": "sent"})
    assert decided.body["status"] == "sent"


def test_a_test_goes_to_whoever_holds_the_token() -> None:
    asker = a_practice()
    test = {"channel": "sms", "address": "+12025550143", "body": "Hello"}
    assert asker.post("/messages/test", test).status == 409
    make_line(practice_of(as_uuid(asker.practice_id)))
    made = asker.made("/messages/test", test)
    assert (made["kind"], made["to"], made["client_id"]) == ("test_message", "+12025550143", None)
    assert asker.get(f"/messages/{made['id']}/words").body["text"] == "[Test] Hello"
