"""Clients, contacts and how they are reached."""

from __future__ import annotations

import pytest

from tests.api.asking import a_client, a_practice, an_appointment

pytestmark = pytest.mark.django_db

ANN = {
    "first_name": "Ann",
    "last_name": "Field",
    "timezone": "America/Chicago",
    "language": "es",
    "birth_date": "1980-05-17",
    "assigned_channel": "sms",
    "contact_points": [
        {"system": "phone", "value": "(212) 555-0123", "use": "mobile"},
        {"system": "email", "value": "Ann@People.test", "use": "home"},
    ],
}


def test_a_client_is_added_and_shown_whole() -> None:
    asker = a_practice()
    made = asker.post("/clients", ANN)
    assert made.status == 201
    points = made.body["contact_points"]
    assert [p["value"] for p in points] == ["ann@people.test", "+12125550123"]
    assert made.body["birth_date"] == "1980-05-17"
    assert made.body["timezone"] == "America/Chicago"
    assert made.body["created_at"].endswith("+00:00")
    assert asker.get(f"/clients/{made.body['id']}").body == made.body


def test_a_client_needs_a_first_name_alone() -> None:
    made = a_practice().post("/clients", {"first_name": "Cher"})
    assert made.status == 201
    assert made.body["last_name"] == ""
    assert made.body["contact_points"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"first_name": ""}, "#/first_name"),
        ({"first_name": 7}, "#/first_name"),
        ({"first_name": "A\0B"}, "#/first_name"),
        ({"first_name": "x" * 500}, "#/first_name"),
        ({"birth_date": "0001-01-01"}, "#/birth_date"),
        ({"birth_date": 19800517}, "#/birth_date"),
        ({"birth_date": "17.5.1980"}, "#/birth_date"),
        ({"timezone": "Mars/Olympus"}, "#/timezone"),
        ({"language": "english please"}, "#/language"),
        ({"assigned_channel": "pigeon"}, "#/assigned_channel"),
        ({"nickname": "Annie"}, "#/nickname"),
        ({"contact_points": [{"system": "phone", "value": "12"}]}, "#/value"),
        ({"contact_points": [{"system": "phone"}]}, "#/contact_points/0/value"),
        ({"contact_points": {}}, "#/contact_points"),
    ],
)
def test_what_is_wrong_with_a_client_is_pointed_at(change: dict, pointer: str) -> None:
    refused = a_practice().post("/clients", ANN | change)
    assert refused.status == 422
    assert pointer in refused.pointers
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_a_client_changes_in_what_is_given_and_null_empties() -> None:
    asker = a_practice()
    client = asker.made("/clients", ANN)
    path = f"/clients/{client['id']}"
    changed = asker.patch(path, {"last_name": "Meadow", "birth_date": None, "language": None})
    assert changed.status == 200
    assert changed.body == client | {"last_name": "Meadow", "birth_date": None, "language": ""}
    assert asker.patch(path, {"first_name": None}).status == 422
    assert asker.patch(path, {}).body == changed.body


def test_clients_are_found_by_name_number_and_address() -> None:
    asker = a_practice()
    ann = asker.made("/clients", ANN)["id"]
    bob = asker.made("/clients", {"first_name": "Bob", "last_name": "Field"})["id"]

    def found(q: str) -> set[str]:
        return {c["id"] for c in asker.get(f"/clients?q={q}").body["items"]}

    assert found("field") == {ann, bob}
    assert found("ann+field") == {ann}
    assert found("5550123") == {ann}
    assert found("ann@people") == {ann}
    assert found("100%25") == set()


def test_a_client_is_archived_and_restored() -> None:
    asker = a_practice()
    visit = an_appointment(asker)
    path = f"/clients/{visit['client_id']}"
    assert asker.post(f"{path}/archive").status == 409
    asker.post(f"/appointments/{visit['id']}/cancel")
    assert asker.post(f"{path}/archive").body["archived_at"]
    assert asker.get("/clients").body["items"] == []
    assert len(asker.get("/clients?archived=true").body["items"]) == 1
    assert asker.post(f"{path}/restore").body["archived_at"] is None
    assert len(asker.get("/clients").body["items"]) == 1


def test_notes_on_a_client_are_kept_and_emptied() -> None:
    asker = a_practice()
    client = a_client(asker, notes="Call,\ndo not text.")
    assert client["notes"] == "Call,\ndo not text."
    path = f"/clients/{client['id']}"
    assert asker.patch(path, {"notes": None}).body["notes"] == ""
    assert asker.patch(path, {"notes": "x" * 2001}).pointers == ["#/notes"]


def test_another_contact_point_is_preferred() -> None:
    asker = a_practice()
    client = a_client(asker, contact_points=[{"system": "phone", "value": "+12125550171"}])
    body = {"client_id": client["id"], "system": "phone", "value": "+12125550172", "rank": 2}
    second = asker.made("/contact-points", body)
    path = f"/contact-points/{second['id']}"
    assert asker.patch(path, {"rank": 1, "use": "work"}).body["use"] == "work"
    shown = asker.get(f"/clients/{client['id']}").body["contact_points"]
    assert [p["value"][-1] for p in shown] == ["2", "1"]
    assert asker.patch(path, {"use": None}).body["use"] == ""
    assert asker.patch(path, {"rank": None}).status == 422
    assert asker.patch(path, {"value": "+12125550173"}).status == 422


def test_contacts_are_archived_and_restored() -> None:
    asker = a_practice()
    contact = asker.made("/contacts", {"first_name": "Lee"})
    assert asker.post(f"/contacts/{contact['id']}/archive").body["archived_at"]
    assert asker.get("/contacts").body["items"] == []
    assert asker.post(f"/contacts/{contact['id']}/restore").body == contact
    assert asker.get("/contacts?q=le").body["items"] == [contact]


def test_a_client_imported_twice_is_a_conflict() -> None:
    asker = a_practice()
    body = {"first_name": "Ann", "source": "old", "external_id": "7"}
    asker.made("/clients", body)
    assert asker.post("/clients", body).status == 409


def test_contact_points_are_added_and_taken_out_of_use() -> None:
    asker = a_practice()
    client = a_client(asker)
    body = {"client_id": client["id"], "system": "phone", "value": "+12125550177"}
    point = asker.made("/contact-points", body)
    listed = asker.get(f"/contact-points?client_id={client['id']}").body["items"]
    assert [p["id"] for p in listed] == [point["id"]]
    assert asker.get(f"/contact-points/{point['id']}").body == point
    assert asker.post("/contact-points", body).status == 409
    assert asker.delete(f"/contact-points/{point['id']}").status == 204
    assert asker.get(f"/clients/{client['id']}").body["contact_points"] == []
    assert asker.get(f"/contact-points/{point['id']}").status == 404


def test_a_contact_point_is_of_a_client_or_of_a_contact() -> None:
    asker = a_practice()
    assert asker.post("/contact-points", {"system": "phone", "value": "+12125550177"}).status == 422


def test_a_contact_may_be_linked_to_a_client() -> None:
    asker = a_practice()
    client = a_client(asker)
    body = {
        "first_name": "Mary",
        "client_id": client["id"],
        "relationship": "mother",
        "contact_points": [{"system": "email", "value": "mary@people.test"}],
    }
    contact = asker.made("/contacts", body)
    assert contact["contact_points"][0]["value"] == "mary@people.test"
    assert asker.get(f"/contacts/{contact['id']}").body == contact
    listed = asker.get(f"/contacts?client_id={client['id']}&q=mary").body["items"]
    assert listed == [contact]
    changed = asker.patch(f"/contacts/{contact['id']}", {"relationship": "guardian"})
    assert changed.body["relationship"] == "guardian"


def test_consents_are_kept_the_newest_first() -> None:
    asker = a_practice()
    client = asker.made("/clients", ANN)
    path = f"/clients/{client['id']}/consents"
    given = asker.made(path, {"channel": "sms", "how": "spoken", "words": "May we text you?"})
    assert given["items"][0]["address"] == "+12125550123"
    asker.made(path, {"channel": "sms", "given": False})
    assert [c["given"] for c in asker.get(path).body["items"]] == [False, True]
    assert asker.post(path, {"channel": "fax"}).status == 422


def test_a_stop_covers_the_address_whoever_has_it_until_it_is_lifted() -> None:
    asker = a_practice()
    client = asker.made("/clients", ANN)
    stopped = asker.made(f"/clients/{client['id']}/stops", {"channel": "sms"})["items"]
    again = asker.made("/stops", {"channel": "sms", "address": "212 555 0123"})
    assert [again] == stopped
    assert asker.get("/stops?channel=sms&address=2125550123").body["items"] == stopped
    assert asker.get("/stops?address=other@people.test").body["items"] == []
    assert asker.delete(f"/stops/{again['id']}").status == 204
    assert asker.delete(f"/stops/{again['id']}").status == 204
    assert asker.get("/stops").body["items"] == []
