"""Rehearsals and previews over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Asker, a_client, a_practice, an_appointment, in_days
from tests.api.test_settings import TWILIO

pytestmark = pytest.mark.django_db

REMINDER = {"kind": "appointment_reminder", "offset": {"before": "P1D"}}
WORDS = {"kind": "appointment_reminder", "language": "en", "channel": "sms"}


def ready() -> Asker:
    """A practice that may send SMS at any hour."""
    asker = a_practice()
    asker.made("/lines", TWILIO)
    changed = asker.patch("/settings", {"messaging_enabled": True, "quiet_hours": None})
    assert changed.status == 200
    return asker


def a_visit(asker: Asker, **others: Any) -> Any:
    n = len(asker.get("/clients").body["items"])
    point = {"system": "phone", "value": f"+1212555{n:04}"}
    client = a_client(asker, contact_points=[point])
    return an_appointment(asker, client["id"], **others)


def test_a_new_rule_is_rehearsed_and_not_made() -> None:
    asker = ready()
    visit = a_visit(asker)

    found = asker.post("/rules/rehearse", REMINDER)

    assert found.status == 200, found
    assert found.body["counts"] == [
        {"change": "gains", "kind": "appointment_reminder", "channel": "sms", "messages": 1}
    ]
    (one,) = found.body["affected"]
    assert (one["change"], one["why"]) == ("gains", "new_rule")
    assert one["sentence"] == "The new rule asks for it."
    assert (one["client_id"], one["appointment_ids"]) == (visit["client_id"], [visit["id"]])
    assert (one["without"], one["rule_id"]) == (None, None)
    assert one["with"]["goes"] is True
    assert (found.body["without"]["going"], found.body["with"]["going"]) == (0, 1)
    assert [(d["without"], d["with"]) for d in found.body["days"]] == [(0, 1)]
    assert asker.get("/rules").body["items"] == []
    entry = asker.get("/audit?action=client.read").body["items"][0]
    assert entry["subject_id"] == visit["client_id"]


def test_a_change_and_an_end_of_a_rule_are_rehearsed() -> None:
    asker = ready()
    a_visit(asker)
    rule = asker.made("/rules", REMINDER)

    def changes(change: dict[str, Any]) -> list[str]:
        found = asker.post("/rules/rehearse", {"rule_id": rule["id"], "change": change})
        assert found.status == 200, found
        return [each["change"] for each in found.body["affected"]]

    assert changes({"offset": {"before": "P2D"}}) == ["moves"]
    assert changes({"active": False}) == ["loses"]
    assert changes({"skip_if_confirmed": True}) == []
    assert asker.get(f"/rules/{rule['id']}").body == rule


def test_settings_are_rehearsed_and_kept() -> None:
    asker = ready()
    a_visit(asker)
    asker.made("/rules", REMINDER)
    before = asker.get("/settings").body

    off = asker.post("/settings/rehearse", {"messaging_enabled": False}).body
    assert [each["why"] for each in off["affected"]] == ["messaging_off"]
    assert off["with"]["not_going"] == [
        {
            "code": "messaging_off",
            "sentence": "Messaging is switched off. Switch it on in Messaging, Settings.",
            "messages": 1,
        }
    ]
    assert asker.post("/settings/rehearse", {"quiet_hours": None}).body["affected"] == []
    assert asker.get("/settings").body == before


def test_new_words_are_rehearsed() -> None:
    asker = ready()
    a_visit(asker)
    asker.made("/rules", REMINDER)
    found = asker.post("/templates/rehearse", WORDS | {"body": "“Hi” " * 30}).body
    assert [each["change"] for each in found["affected"]] == ["words"]
    assert (found["without"]["segments"], found["with"]["segments"]) == (1, 3)
    assert asker.get("/templates").body["items"] == []


def test_the_affected_come_a_page_at_a_time() -> None:
    asker = ready()
    visits = [a_visit(asker, starts_at=in_days(2 + n))["id"] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = asker.post(f"/rules/rehearse?limit=2&cursor={cursor}", REMINDER).body
        assert page["counts"][0]["messages"] == 5
        seen += [each["appointment_ids"][0] for each in page["affected"]]
        cursor = page["next_cursor"]
    assert seen == visits
    assert asker.post("/rules/rehearse?change=loses", REMINDER).body["affected"] == []
    assert asker.post("/rules/rehearse?cursor=abc", REMINDER).pointers == ["cursor"]
    other = asker.post("/rules/rehearse?limit=2", REMINDER).body["next_cursor"]
    assert a_practice().post(f"/rules/rehearse?cursor={other}", REMINDER).status == 422


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/kind"),
        ({"kind": "letter"}, "#/kind"),
        (REMINDER | {"offset": {"before": "P1M"}}, "#/offset"),
        (REMINDER | {"channel": "fax"}, "#/channel"),
        (REMINDER | {"types": ["Nothing"]}, "#/types"),
        (REMINDER | {"body": "{{ client.shoe_size }}"}, "#/body"),
        (REMINDER | {"change": {"active": False}}, "#/rule_id"),
        ({"rule_id": "018f0000-0000-7000-8000-000000000000"}, "#/change"),
        ({"colour": "blue"}, "#/colour"),
    ],
)
def test_what_is_wrong_with_a_rule_is_pointed_at(body: dict[str, Any], pointer: str) -> None:
    refused = a_practice().post("/rules/rehearse", body)
    assert refused.status == 422, refused
    assert refused.pointers == [pointer]


def test_a_rule_of_another_practice_is_not_there() -> None:
    theirs = a_practice().made("/rules", REMINDER)["id"]
    asker = a_practice()
    asked = {"rule_id": theirs, "change": {"active": False}}
    assert asker.post("/rules/rehearse", asked).status == 404
    assert (
        asker.post("/templates/rehearse", WORDS | {"body": "Hi", "rule_id": theirs}).status == 404
    )


def test_messaging_without_any_line_is_refused_as_it_would_be() -> None:
    asker = a_practice()
    assert asker.post("/settings/rehearse", {"messaging_enabled": True}).status == 409
    assert asker.post("/settings/rehearse", {"messaging_enabled": None}).status == 422
    assert asker.post("/settings/rehearse", {"name": "Other"}).pointers == ["#/name"]


class TestPreview:
    def test_it_is_filled_with_the_next_visit(self) -> None:
        asker = ready()
        visit = a_visit(asker, place="Main Street")
        words = WORDS | {"body": "Hi {{ client.first_name }}, at {{ appointment.place }} {{{{"}
        found = asker.post("/templates/preview", words | {"body": words["body"][:-5]}).body
        assert found["text"] == "Hi Ann, at Main Street"
        assert (found["appointment_id"], found["client_id"]) == (visit["id"], visit["client_id"])
        assert found["characters"] == 22
        assert found["errors"] == []
        assert found["sms"] == {
            "encoding": "gsm-7",
            "segments": 1,
            "units": 22,
            "odd": [],
            "plain_text": "Hi Ann, at Main Street",
            "plain_segments": 1,
        }

    def test_without_a_visit_it_is_filled_with_made_up_facts(self) -> None:
        found = a_practice().post(
            "/templates/preview", WORDS | {"channel": "email", "subject": "S", "body": "*Hi*"}
        )
        assert found.status == 200, found
        assert (found.body["appointment_id"], found.body["sms"]) == (None, None)
        assert (found.body["subject"], found.body["text"]) == ("S", "*Hi*")
        assert "<html" in found.body["html"]

    def test_the_characters_that_double_the_price_are_named(self) -> None:
        asker = a_practice()
        body = "See you — " + "x" * 80 + " ☺"
        found = asker.post("/templates/preview", WORDS | {"body": body}).body
        sms = found["sms"]
        assert (sms["encoding"], sms["segments"], sms["plain_segments"]) == ("ucs-2", 2, 2)
        assert sms["odd"] == [
            {"index": 8, "character": "—", "replacement": "-"},
            {"index": 91, "character": "☺", "replacement": None},
        ]
        better = asker.post("/templates/preview", WORDS | {"body": body[:-1]}).body["sms"]
        assert (better["segments"], better["plain_segments"]) == (2, 1)

    def test_errors_name_part_line_and_field(self) -> None:
        body = "Hi\n{{ client.shoe_size }}"
        email = WORDS | {"channel": "email", "subject": "{% endif %}", "body": body}
        found = a_practice().post("/templates/preview", email)
        assert found.status == 200, found
        assert found.body["text"] is None
        assert [(e["part"], e["line"], e["field"]) for e in found.body["errors"]] == [
            ("subject", 1, None),
            ("body", 2, "client.shoe_size"),
        ]

    def test_words_that_do_not_stand_without_a_phone_are_shown_and_warned_of(self) -> None:
        asker = ready()
        a_visit(asker, place="West")
        body = "{% if appointment.place %}At {{ appointment.place }}{% endif %}"
        found = asker.post("/templates/preview", WORDS | {"body": body}).body
        assert found["text"] == "At West"
        assert [e["part"] for e in found["errors"]] == ["body"]

    @pytest.mark.parametrize(
        ("what", "start"), [("moved", "From"), (None, "From"), ("booked", "New")]
    )
    def test_a_notice_tells_what_happened(self, what: str | None, start: str) -> None:
        asker = ready()
        a_visit(asker)
        body = (
            '{% if notice.what == "moved" %}From {{ appointment.old_date }}{% else %}New{% endif %}'
        )
        words = {"kind": "appointment_notice", "language": "en", "what": what, "body": body}
        found = asker.post("/templates/preview", words).body
        assert found["text"].startswith(start)

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"kind": "letter"}, "#/kind"),
            ({"what": "booked"}, "#/what"),
            ({"language": "English"}, "#/language"),
            ({"channel": "post"}, "#/channel"),
        ],
    )
    def test_what_there_is_not_is_refused(self, change: dict[str, Any], pointer: str) -> None:
        refused = a_practice().post("/templates/preview", WORDS | {"body": "Hi"} | change)
        assert (refused.status, refused.pointers) == (422, [pointer])
