"""Settings, members, tokens, lines, and who is asking."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker, a_practice, in_days

pytestmark = pytest.mark.django_db

TWILIO = {
    "channel": "sms",
    "carrier": "twilio",
    "address": "+12125550100",
    "settings": {"account_sid": "AC1", "auth_token": "secret words"},
}


def test_a_new_practice_has_messaging_off_and_the_night_quiet() -> None:
    shown = a_practice().get("/settings").body
    assert shown["messaging_enabled"] is False
    assert shown["opt_in_required"] is False
    assert shown["quiet_hours"] == {"from": "21:00", "to": "08:00"}


def test_messaging_is_enabled_only_where_there_is_a_line() -> None:
    asker = a_practice()
    refused = asker.patch("/settings", {"messaging_enabled": True})
    assert refused.status == 409
    assert "line" in refused.body["detail"]
    asker.made("/lines", TWILIO)
    assert asker.patch("/settings", {"messaging_enabled": True}).body["messaging_enabled"] is True


def test_quiet_hours_of_null_are_none_and_left_out_are_kept() -> None:
    asker = a_practice()
    hours = {"from": "20:30", "to": "09:00"}
    assert asker.patch("/settings", {"quiet_hours": hours}).body["quiet_hours"] == hours
    assert asker.patch("/settings", {"opt_in_required": True}).body["quiet_hours"] == hours
    assert asker.patch("/settings", {"quiet_hours": None}).body["quiet_hours"] is None
    told = asker.get("/audit?action=settings.change").body["items"][0]["detail"]
    assert told == {"fields": ["quiet_from", "quiet_to"], "quiet_hours": None}


def test_practitioners_are_limited_to_their_own_clients_by_a_setting() -> None:
    asker = a_practice()
    assert asker.get("/settings").body["own_clients_only"] is False
    assert asker.patch("/settings", {"own_clients_only": True}).body["own_clients_only"] is True
    assert asker.get("/settings").body["own_clients_only"] is True
    told = asker.get("/audit?action=settings.change").body["items"][0]["detail"]
    assert told == {"fields": ["own_clients_only"], "own_clients_only": True}


def test_what_is_asked_of_a_sign_in_is_a_setting() -> None:
    asker = a_practice()
    asked = {"mfa_required": "all", "idle_minutes": 20}
    changed = asker.patch("/settings", asked).body
    assert {name: changed[name] for name in asked} == asked
    told = asker.get("/audit?action=settings.change").body["items"][0]["detail"]
    assert told | {"fields": []} == {"fields": [], **asked}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"messaging_enabled": "yes"}, "#/messaging_enabled"),
        ({"opt_in_required": 1}, "#/opt_in_required"),
        ({"opt_in_required": None}, "#/opt_in_required"),
        ({"own_clients_only": "yes"}, "#/own_clients_only"),
        ({"own_clients_only": None}, "#/own_clients_only"),
        ({"mfa_required": "some"}, "#/mfa_required"),
        ({"idle_minutes": 4}, "#/idle_minutes"),
        ({"idle_minutes": None}, "#/idle_minutes"),
        ({"quiet_hours": {"from": "21:00"}}, "#/quiet_hours/to"),
        ({"quiet_hours": {"from": "25:00", "to": "08:00"}}, "#/quiet_hours/from"),
        ({"quiet_hours": {"from": "21:00+01:00", "to": "08:00"}}, "#/quiet_hours/from"),
        ({"quiet_hours": {"from": "08:00", "to": "08:00"}}, "#/quiet_hours"),
        ({"quiet_hours": False}, "#/quiet_hours"),
        ({"timezone": "Nowhere/Land"}, "#/timezone"),
        ({"timezone": None}, "#/timezone"),
        ({"phone": "12"}, "#/phone"),
        ({"colour": "blue"}, "#/colour"),
    ],
)
def test_what_is_wrong_with_a_setting_is_pointed_at(change: dict, pointer: str) -> None:
    asker = a_practice()
    before = asker.get("/settings").body
    refused = asker.patch("/settings", change)
    assert (refused.status, refused.pointers) == (422, [pointer])
    assert asker.get("/settings").body == before


def test_a_lines_account_is_never_shown() -> None:
    asker = a_practice()
    line = asker.made("/lines", TWILIO | {"rate": 2.5})
    assert (line["address"], line["rate"], line["shared"]) == ("+12125550100", 2.5, False)
    assert asker.get(f"/lines/{line['id']}").body == line
    assert "secret words" not in str(asker.get("/lines").body)
    assert asker.post("/lines", TWILIO | {"carrier": "pigeon"}).status == 422
    assert asker.post("/lines", TWILIO | {"rate": -1}).status == 422
    assert asker.post("/lines", TWILIO | {"settings": {}}).status == 422


def test_members_are_added_and_one_owner_always_stays() -> None:
    asker = a_practice()
    owner = asker.get("/members").body["items"][0]
    assert owner["role"] == "owner"
    refused = asker.patch(f"/members/{owner['id']}", {"active": False})
    assert refused.status == 409
    other = asker.made("/members", {"email": "front@desk.test", "role": "owner", "name": "Eve"})
    assert asker.get(f"/members/{other['id']}").body == other
    assert asker.post("/members", {"email": "front@desk.test", "role": "biller"}).status == 409
    changed = asker.patch(f"/members/{owner['id']}", {"role": "biller"})
    assert changed.body["role"] == "biller"
    assert asker.post("/members", {"email": "nobody", "role": "biller"}).status == 422
    assert asker.post("/members", {"email": "a@b.test", "role": "king"}).status == 422


def test_a_token_is_told_once_and_does_no_more_than_its_scopes() -> None:
    asker = a_practice()
    issued = asker.made("/tokens", {"name": "Reader", "scopes": ["clients:read", "tokens:write"]})
    reader = Asker(issued["token"])
    assert reader.get("/clients").status == 200
    refused = reader.post("/clients", {"first_name": "Ann"})
    assert refused.status == 403
    assert "clients:write" in refused.body["detail"]
    assert reader.post("/tokens", {"name": "More", "scopes": ["*"]}).status == 403
    assert "token" not in asker.get(f"/tokens/{issued['id']}").body
    assert asker.delete(f"/tokens/{issued['id']}").status == 204
    assert reader.get("/clients").status == 401
    assert asker.get("/tokens").body["items"][1]["revoked_at"] is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "scopes": ["*"]},
        {"name": "A", "scopes": []},
        {"name": "A", "scopes": ["clients:everything"]},
        {"name": "A", "scopes": ["*"], "expires_at": "tomorrow"},
    ],
)
def test_a_token_of_no_use_is_refused(wrong: dict) -> None:
    assert a_practice().post("/tokens", wrong).status == 422


def test_a_token_ends_when_it_expires() -> None:
    asker = a_practice()
    body = {"name": "Short", "scopes": ["*"], "expires_at": in_days(-1)}
    assert Asker(asker.made("/tokens", body)["token"]).get("/whoami").status == 401


def test_whoami_tells_whose_token_this_is() -> None:
    asker = a_practice("Europe/Berlin")
    told = asker.get("/whoami").body
    assert told["practice_id"] == asker.practice_id
    assert told["member_id"] == asker.member_id
    assert told["timezone"] == "Europe/Berlin"
    assert told["scopes"] == ["*"]
