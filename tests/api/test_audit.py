"""What is read and done over the API is written down."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Asker, a_client, a_practice, an_appointment

pytestmark = pytest.mark.django_db


def entries(asker: Asker, action: str) -> list[Any]:
    return asker.get(f"/audit?action={action}").body["items"]


def test_reading_a_client_is_written_down_with_who_and_whom() -> None:
    asker = a_practice()
    client = a_client(asker)
    token = asker.get("/whoami").body["token_id"]
    assert entries(asker, "client.read") == []
    asker.get(f"/clients/{client['id']}")
    (entry,) = entries(asker, "client.read")
    assert (entry["actor_kind"], entry["actor_id"]) == ("token", token)
    assert (entry["subject_kind"], entry["subject_id"]) == ("client", client["id"])


def test_reading_a_list_is_one_entry_with_all_ids() -> None:
    asker = a_practice()
    ids = {a_client(asker)["id"], a_client(asker)["id"]}
    asker.get("/clients")
    (entry,) = entries(asker, "client.read")
    assert set(entry["detail"]["ids"]) == ids


def test_a_list_of_nobody_and_a_refused_read_are_no_reads() -> None:
    asker = a_practice()
    asker.get("/clients")
    asker.get(f"/clients/{asker.practice_id}")
    assert entries(asker, "client.read") == []


def test_visits_contacts_and_contact_points_are_records_too() -> None:
    asker = a_practice()
    visit = an_appointment(asker)
    contact = asker.made("/contacts", {"first_name": "Lee"})
    body = {"client_id": visit["client_id"], "system": "phone", "value": "+12125550177"}
    asker.made("/contact-points", body)
    asker.get(f"/appointments/{visit['id']}")
    asker.get(f"/contacts/{contact['id']}")
    asker.get("/contact-points")
    asker.get(f"/clients/{visit['client_id']}/consents")
    for kind in ("appointment", "contact", "contact_point", "client"):
        assert len(entries(asker, f"{kind}.read")) == 1, kind


def test_what_a_token_changes_is_written_down_as_its_doing() -> None:
    asker = a_practice()
    token = asker.get("/whoami").body["token_id"]
    visit = an_appointment(asker)
    asker.post(f"/appointments/{visit['id']}/cancel", {})
    (entry,) = entries(asker, "appointment.cancel")
    assert (entry["actor_id"], entry["subject_id"]) == (token, visit["id"])


def test_the_trail_holds_ids_and_no_content() -> None:
    asker = a_practice()
    client = a_client(asker, last_name="Secretname")
    asker.get(f"/clients/{client['id']}")
    asker.patch(f"/clients/{client['id']}", {"last_name": "Secretagain"})
    assert "Secret" not in str(asker.get("/audit").body)


def test_the_trail_is_filtered_by_whom_and_when() -> None:
    asker = a_practice()
    client = a_client(asker)
    of_client = asker.get(f"/audit?subject_id={client['id']}").body["items"]
    assert [entry["action"] for entry in of_client] == ["client.add"]
    assert asker.get(f"/audit?before={of_client[0]['at']}&action=client.add").body["items"] == []
    assert len(asker.get(f"/audit?after={of_client[0]['at']}").body["items"]) == 1
    assert asker.get("/audit?after=yesterday").status == 422
