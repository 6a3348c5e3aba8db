"""Rules and templates over the API."""

from __future__ import annotations

import pytest

from tests.api.asking import a_practice, an_appointment

pytestmark = pytest.mark.django_db

REMINDER = {"kind": "appointment_reminder", "offset": {"before": "P1D"}}


@pytest.mark.parametrize(
    ("offset", "shown"),
    [
        ({"before": "P1D"}, {"before": "P1D", "after": None, "at": None}),
        ({"before": "P1W"}, {"before": "P7D", "after": None, "at": None}),
        ({"before": "PT24H"}, {"before": "PT24H", "after": None, "at": None}),
        ({"after": "P1DT90M"}, {"before": None, "after": "P1DT1H30M", "at": None}),
        ({"after": "PT0S"}, {"before": None, "after": "PT0S", "at": None}),
        ({"before": "P1D", "at": "09:00"}, {"before": "P1D", "after": None, "at": "09:00"}),
        ({"before": "P0D", "at": "07:30:30"}, {"before": "PT0S", "after": None, "at": "07:30:30"}),
    ],
)
def test_an_offset_is_before_or_after_in_days_and_hours(offset: dict, shown: dict) -> None:
    asker = a_practice()
    rule = asker.made("/rules", REMINDER | {"offset": offset})
    assert rule["offset"] == shown
    assert asker.get(f"/rules/{rule['id']}").body == rule


def test_a_rule_may_have_words_of_its_own() -> None:
    asker = a_practice()
    words = {"subject": "Soon", "body": "See you {{ appointment.date }}, {{ client.first_name }}"}
    rule = asker.made("/rules", REMINDER | {"channel": "email"} | words)
    assert (rule["subject"], rule["body"]) == (words["subject"], words["body"])
    template = asker.get(f"/templates?rule_id={rule['id']}").body["items"][0]
    assert (template["language"], template["version"]) == ("en", 1)
    changed = asker.patch(f"/rules/{rule['id']}", {"body": "At {{ appointment.time }}"})
    assert (changed.body["subject"], changed.body["body"]) == ("Soon", "At {{ appointment.time }}")
    versions = asker.get(f"/templates?rule_id={rule['id']}").body["items"]
    assert [t["version"] for t in versions] == [2, 1]
    assert asker.patch(f"/rules/{rule['id']}", {"body": ""}).status == 422


def test_an_sms_rules_subject_is_ignored() -> None:
    rule = a_practice().made("/rules", REMINDER | {"channel": "sms", "subject": "Hm", "body": "Hi"})
    assert (rule["subject"], rule["body"]) == ("", "Hi")


def test_the_words_follow_a_rule_to_another_channel() -> None:
    asker = a_practice()
    rule = asker.made("/rules", REMINDER | {"channel": "email", "subject": "S", "body": "Hi"})
    changed = asker.patch(f"/rules/{rule['id']}", {"channel": "sms"}).body
    assert (changed["channel"], changed["body"]) == ("sms", "Hi")
    newest = asker.get(f"/templates?rule_id={rule['id']}&channel=sms").body["items"]
    assert [t["body"] for t in newest] == ["Hi"]


def test_a_notice_has_no_offset_and_waits_three_minutes() -> None:
    from carepost.messaging.models import Rule
    from carepost.practice.tenancy import acting_for

    asker = a_practice()
    notice = asker.made("/rules", {"kind": "appointment_notice"})
    assert notice["offset"] is None
    with acting_for(asker.practice_id):
        row = Rule.objects.get(id=notice["id"])
    assert (row.when, row.seconds) == ("change", 180)
    body = {"kind": "appointment_notice", "offset": {"before": "P1D"}}
    assert asker.post("/rules", body).pointers == ["#/offset"]


def test_filters_take_names_and_ids() -> None:
    asker = a_practice()
    visit = an_appointment(asker, type="Physio", practitioner="Dr Shaw", place="West")
    rule = asker.made(
        "/rules",
        REMINDER
        | {
            "types": ["physio", visit["type_id"]],
            "practitioners": [visit["practitioner_id"]],
            "places": ["West"],
            "skip_if_confirmed": True,
        },
    )
    assert rule["types"] == [visit["type_id"]]
    assert rule["practitioners"] == [visit["practitioner_id"]]
    assert rule["places"] == [visit["place_id"]]
    assert rule["skip_if_confirmed"] is True
    assert asker.post("/rules", REMINDER | {"types": ["Massage"]}).pointers == ["#/types"]
    assert asker.patch(f"/rules/{rule['id']}", {"types": None}).body["types"] == []


def test_a_rule_that_would_speak_of_more_begins_anew() -> None:
    asker = a_practice()
    visit = an_appointment(asker)
    rule = asker.made("/rules", REMINDER | {"types": [visit["type_id"]]})
    path = f"/rules/{rule['id']}"
    narrower = asker.patch(path, {"practitioners": [visit["practitioner_id"]]}).body
    assert narrower["since"] == rule["since"]
    wider = asker.patch(path, {"types": []}).body
    assert wider["since"] > rule["since"]
    later = asker.patch(path, {"offset": {"before": "P2D"}}).body
    assert later["since"] > wider["since"]


def test_a_rule_ends_and_can_be_switched_on_again() -> None:
    asker = a_practice()
    rule = asker.made("/rules", REMINDER)
    path = f"/rules/{rule['id']}"
    assert asker.delete(path).status == 204
    assert asker.delete(path).status == 204
    assert asker.get(path).body["active"] is False
    assert asker.get("/rules?active=true").body["items"] == []
    again = asker.patch(path, {"active": True}).body
    assert again["active"] is True
    assert again["since"] > rule["since"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "birthday_card"}, "#/kind"),
        ({"channel": "fax"}, "#/channel"),
        ({"offset": {}}, "#/offset"),
        ({"offset": {"before": "P1D", "after": "P1D"}}, "#/offset"),
        ({"offset": {"before": "P1M"}}, "#/offset"),
        ({"offset": {"before": "P1Y"}}, "#/offset"),
        ({"offset": {"before": "-P1D"}}, "#/offset"),
        ({"offset": {"before": "1 day"}}, "#/offset"),
        ({"offset": {"before": "P99999D"}}, "#/offset"),
        ({"offset": {"before": "PT0S"}}, "#/offset"),
        ({"offset": {"before": "PT2H", "at": "09:00"}}, "#/offset"),
        ({"offset": {"before": "P1D", "at": "9 o'clock"}}, "#/offset/at"),
        ({"offset": None}, "#/offset"),
        ({"skip_if_confirmed": "no"}, "#/skip_if_confirmed"),
        ({"body": "Hi {{ client.diagnosis }}"}, "#/body"),
        ({"body": "Hi {{ client.first_name"}, "#/body"),
        ({"subject": "Only"}, "#/body"),
        ({"every": "day"}, "#/every"),
    ],
)
def test_what_is_wrong_with_a_rule_is_pointed_at(change: dict, pointer: str) -> None:
    asker = a_practice()
    refused = asker.post("/rules", REMINDER | change)
    assert (refused.status, refused.pointers) == (422, [pointer])
    assert asker.get("/rules").body["items"] == []


def test_a_template_that_would_fail_is_refused_with_line_and_field() -> None:
    asker = a_practice()
    body = {"kind": "appointment_reminder", "language": "en", "body": "Hi\n{{ client.shoe_size }}"}
    refused = asker.post("/templates", body)
    assert refused.status == 422
    fault = refused.body["errors"][0]
    assert (fault["pointer"], fault["line"], fault["field"]) == ("#/body", 2, "client.shoe_size")
    assert asker.get("/templates").body["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"body": "{% if practice.phone %}Call us{% endif %}"}, "#/body"),
        ({"body": "  "}, "#/body"),
        ({"subject": "{% endif %}"}, "#/subject"),
        ({"kind": "letter_home"}, "#/kind"),
        ({"what": "booked"}, "#/what"),
        ({"language": "English"}, "#/language"),
        ({"channel": "post"}, "#/channel"),
    ],
)
def test_what_is_wrong_with_a_template_is_pointed_at(change: dict, pointer: str) -> None:
    body = {"kind": "appointment_reminder", "language": "en", "body": "Hi"}
    refused = a_practice().post("/templates", body | change)
    assert (refused.status, refused.pointers) == (422, [pointer])


def test_each_saved_template_is_the_next_version() -> None:
    asker = a_practice()
    body = {"kind": "appointment_notice", "what": "moved", "language": "es", "body": "Hola"}
    first, second = asker.made("/templates", body), asker.made("/templates", body)
    other = asker.made("/templates", body | {"what": None})
    assert (first["version"], second["version"], other["version"]) == (1, 2, 1)
    assert asker.get(f"/templates/{first['id']}").body == first
    assert len(asker.get("/templates?kind=appointment_notice&language=es").body["items"]) == 3


def test_a_templates_rule_is_of_its_kind_and_there() -> None:
    asker = a_practice()
    rule = asker.made("/rules", REMINDER)
    body = {"kind": "appointment_notice", "language": "en", "body": "Hi"}
    assert asker.post("/templates", body | {"rule_id": rule["id"]}).status == 422
    assert asker.post("/templates", body | {"rule_id": asker.practice_id}).status == 404
