"""Appointments, and what they are made of, over the API."""

from __future__ import annotations

import pytest

from tests.api.asking import a_client, a_practice, an_appointment, in_days

pytestmark = pytest.mark.django_db


def test_type_practitioner_and_place_are_made_by_name_and_found_by_name_or_id() -> None:
    asker = a_practice()
    client = a_client(asker)["id"]
    first = an_appointment(
        asker, client, type="Physio", practitioner="Dr Shaw", place="Harbour Street"
    )
    assert (first["type"], first["practitioner"], first["place"]) == (
        "Physio",
        "Dr Shaw",
        "Harbour Street",
    )
    again = an_appointment(
        asker,
        client,
        type=first["type_id"],
        practitioner="Dr Shaw",
        place=first["place_id"],
        starts_at=in_days(9),
    )
    for name in ("type_id", "practitioner_id", "place_id"):
        assert again[name] == first[name]


def test_the_offset_fixes_the_instant_and_the_fraction_is_kept() -> None:
    asker = a_practice("America/New_York")
    booked = an_appointment(asker, starts_at="2031-07-01T09:30:15.250001+02:00", minutes=45)
    assert booked["starts_at"] == "2031-07-01T07:30:15.250001+00:00"
    assert booked["ends_at"] == "2031-07-01T08:15:15.250001+00:00"
    assert (booked["local_date"], booked["local_time"], booked["zone"]) == (
        "2031-07-01",
        "03:30:15.250001",
        "America/New_York",
    )
    assert booked["minutes"] == 45
    read = asker.get(f"/appointments/{booked['id']}")
    assert read.body == booked


def test_the_zone_is_the_places_where_it_has_one() -> None:
    asker = a_practice("America/New_York")
    asker.made("/places", {"name": "West", "timezone": "America/Los_Angeles"})
    booked = an_appointment(asker, place="West", starts_at="2031-07-01T16:00:00Z")
    assert (booked["local_time"], booked["zone"]) == ("09:00", "America/Los_Angeles")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"starts_at": "2031-07-01T09:30:00"}, "#/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "#/starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-12:00"}, "#/starts_at"),
        ({"starts_at": 1_900_000_000}, "#/starts_at"),
        ({"starts_at": "soon"}, "#/starts_at"),
        ({"minutes": 0}, "#/minutes"),
        ({"minutes": 10**30}, "#/minutes"),
        ({"minutes": "30"}, "#/minutes"),
        ({"minutes": True}, "#/minutes"),
        ({"type": ""}, "#/type"),
        ({"type": "   "}, "#/type"),
        ({"practitioner": None}, "#/practitioner"),
        ({"client_id": "Ann"}, "#/client_id"),
        ({"room": "4"}, "#/room"),
    ],
)
def test_what_is_wrong_with_an_appointment_is_pointed_at(change: dict, pointer: str) -> None:
    asker = a_practice()
    body = {
        "client_id": a_client(asker)["id"],
        "type": "Physio",
        "practitioner": "Dr Shaw",
        "starts_at": in_days(2),
    }
    refused = asker.post("/appointments", body | change)
    assert refused.status == 422
    assert pointer in refused.pointers
    assert asker.get("/appointments").body["items"] == []
    assert asker.get("/practitioners").body["items"] == []


def test_a_practitioner_is_not_booked_twice_unless_the_type_allows_it() -> None:
    asker = a_practice()
    first = an_appointment(asker)
    same = {"practitioner": first["practitioner"], "starts_at": first["starts_at"]}
    body = {"client_id": first["client_id"], "type": "Check-up", "minutes": 10} | same
    refused = asker.post("/appointments", body)
    assert refused.status == 409
    assert "another visit" in refused.body["detail"]
    asker.made("/appointment-types", {"name": "Group", "allows_double_booking": True})
    an_appointment(asker, type="Group", **same)


def test_moving_grows_the_sequence_and_asks_for_confirmation_anew() -> None:
    asker = a_practice()
    visit = an_appointment(asker)
    path = f"/appointments/{visit['id']}"
    assert asker.post(f"{path}/confirm", {}).body["status"] == "confirmed"
    moved = asker.patch(path, {"starts_at": "2031-07-01T09:30:00Z"})
    assert moved.status == 200
    assert moved.body["starts_at"] == "2031-07-01T09:30:00+00:00"
    assert (moved.body["status"], moved.body["sequence"]) == ("booked", visit["sequence"] + 1)
    again = asker.post(f"{path}/move", {"starts_at": "2031-07-02T09:30:00Z", "tell": False})
    assert again.body["sequence"] == visit["sequence"] + 2
    longer = asker.patch(path, {"minutes": 60})
    assert (longer.body["minutes"], longer.body["sequence"]) == (60, visit["sequence"] + 2)
    assert asker.patch(path, {}).body == longer.body
    assert asker.patch(path, {"starts_at": None}).status == 422
    assert asker.post(f"{path}/move", {}).status == 422


@pytest.mark.parametrize("body", [{}, None, {"tell": False}])
def test_cancelling_twice_is_cancelling_once(body: dict | None) -> None:
    asker = a_practice()
    path = f"/appointments/{an_appointment(asker)['id']}"
    cancelled = asker.post(f"{path}/cancel", body)
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert asker.post(f"{path}/cancel", body).body == cancelled.body
    assert asker.post(f"{path}/confirm", {}).status == 409
    assert asker.patch(path, {"starts_at": in_days(3)}).status == 409


def test_a_cancelled_one_is_opened_again_while_its_time_is_free() -> None:
    asker = a_practice()
    visit = an_appointment(asker)
    path = f"/appointments/{visit['id']}"
    asker.post(f"{path}/cancel")
    again = asker.post(f"{path}/reopen", {"tell": False})
    assert (again.status, again.body["status"], again.body["sequence"]) == (200, "booked", 2)
    asker.post(f"{path}/cancel")
    an_appointment(asker, practitioner=visit["practitioner"], starts_at=visit["starts_at"])
    assert asker.post(f"{path}/reopen", {}).status == 409


def test_a_series_is_booked_listed_moved_and_cancelled() -> None:
    asker = a_practice("America/New_York")
    repeat = {"freq": "weekly", "count": 3, "weekdays": ["tu", "th"]}
    booked = an_appointment(
        asker, practitioner="Dr Shaw", starts_at="2031-03-06T15:00:00Z", repeat=repeat
    )
    assert [a["local_date"] for a in booked["appointments"]] == [
        "2031-03-06",
        "2031-03-11",
        "2031-03-13",
    ]
    assert {a["local_time"] for a in booked["appointments"]} == {"10:00"}
    assert [a["occurrence"] for a in booked["appointments"]] == [1, 2, 3]
    assert booked["skipped"] == []
    listed = f"/appointments?series_id={booked['series_id']}"
    assert asker.get(listed).body["items"] == booked["appointments"]

    path = f"/appointments/{booked['appointments'][1]['id']}"
    moved = asker.patch(path, {"starts_at": "2031-03-11T15:00:00Z", "scope": "following"})
    assert moved.body["local_time"] == "11:00"
    assert [a["local_time"] for a in asker.get(listed).body["items"]] == ["10:00", "11:00", "11:00"]
    assert asker.post(f"{path}/cancel", {"scope": "all"}).status == 200
    states = [a["status"] for a in asker.get(listed).body["items"]]
    assert states == ["cancelled"] * 3
    asker.post(f"{path}/reopen", {"together": True})
    assert [a["status"] for a in asker.get(listed).body["items"]] == ["booked"] * 3


def test_the_visits_of_a_series_that_have_no_room_are_named_or_left_out() -> None:
    asker = a_practice("America/New_York")
    taken = an_appointment(asker, practitioner="Dr Shaw", starts_at="2031-03-13T14:00:00Z")
    body = {
        "client_id": taken["client_id"],
        "type": "Physio",
        "practitioner": "Dr Shaw",
        "starts_at": "2031-03-06T15:00:00Z",
        "repeat": {"freq": "weekly", "until": "2031-03-20"},
    }
    refused = asker.post("/appointments", body)
    assert (refused.status, refused.pointers) == (409, ["#/starts_at"])
    assert "Visit 2, 2031-03-13" in refused.body["errors"][0]["detail"]
    booked = asker.made("/appointments", body | {"skip_conflicts": True})
    assert [a["occurrence"] for a in booked["appointments"]] == [1, 3]
    assert [s["occurrence"] for s in booked["skipped"]] == [2]


@pytest.mark.parametrize(
    ("repeat", "pointer"),
    [
        ({"freq": "hourly", "count": 3}, "#/repeat/freq"),
        ({"freq": "weekly"}, "#/repeat/count"),
        ({"freq": "weekly", "count": 1}, "#/repeat/count"),
        ({"freq": "daily", "count": 3, "weekdays": ["mo"]}, "#/repeat/weekdays"),
        ({"freq": "daily", "until": "soon"}, "#/repeat/until"),
    ],
)
def test_what_is_wrong_with_a_series_is_pointed_at(repeat: dict, pointer: str) -> None:
    asker = a_practice()
    body = {"client_id": a_client(asker)["id"], "type": "Physio", "practitioner": "Dr Shaw"}
    body |= {"starts_at": in_days(2), "repeat": repeat}
    assert asker.post("/appointments", body).pointers == [pointer]


def test_practitioner_place_and_type_are_changed_alone() -> None:
    asker = a_practice()
    visit = an_appointment(asker, place="Main")
    path = f"/appointments/{visit['id']}"
    changed = asker.patch(path, {"practitioner": "Dr Ray", "type": "Physio"}).body
    assert (changed["practitioner"], changed["type"], changed["place"]) == (
        "Dr Ray",
        "Physio",
        "Main",
    )
    assert (changed["starts_at"], changed["sequence"]) == (visit["starts_at"], 0)
    nowhere = asker.patch(path, {"place": None}).body
    assert (nowhere["place"], nowhere["sequence"]) == (None, 1)
    assert asker.patch(path, {"practitioner": None}).pointers == ["#/practitioner"]


def test_answers_and_attendance_are_kept_and_taken_back() -> None:
    asker = a_practice()
    path = f"/appointments/{an_appointment(asker, starts_at=in_days(-1))['id']}"
    assert asker.post(f"{path}/confirm").body["status"] == "confirmed"
    assert asker.post(f"{path}/mark", {"mark": "arrived"}).body["arrived_at"]
    assert asker.post(f"{path}/unmark", {"mark": "arrived"}).body["arrived_at"] is None
    assert asker.post(f"{path}/mark", {"mark": "no_show"}).body["status"] == "no_show"
    assert asker.post(f"{path}/unmark", {"mark": "no_show"}).body["status"] == "confirmed"
    assert asker.post(f"{path}/unconfirm").body["status"] == "booked"
    assert asker.post(f"{path}/mark", {"mark": "late"}).status == 422


def test_whether_the_last_change_is_told_is_decided_after_it() -> None:
    asker = a_practice()
    path = f"/appointments/{an_appointment(asker)['id']}"
    asker.patch(path, {"starts_at": in_days(8)})
    assert asker.post(f"{path}/hush", {"sequence": 1}).status == 200
    assert asker.post(f"{path}/tell", {"sequence": 1}).status == 200
    assert asker.post(f"{path}/hush", {"sequence": 0}).status == 409
    assert asker.post(f"{path}/hush", {"sequence": 2}).status == 404


@pytest.mark.parametrize(
    ("path", "field"),
    [("/appointment-types", "type"), ("/practitioners", "practitioner"), ("/places", "place")],
)
def test_what_is_out_of_use_stays_with_its_visits_and_takes_no_new_ones(
    path: str, field: str
) -> None:
    asker = a_practice()
    made = asker.made(path, {"name": "Old"})
    visit = an_appointment(asker, **{field: "Old"})
    retired = asker.patch(f"{path}/{made['id']}", {"active": False})
    assert retired.body == made | {"active": False}
    body = {"client_id": visit["client_id"], "starts_at": in_days(9)}
    body |= {"type": "Check-up", "practitioner": "Dr New", field: "Old"}
    assert asker.post("/appointments", body).pointers == [f"#/{field}"]
    assert asker.get(f"/appointments/{visit['id']}").body[field] == "Old"
    asker.patch(f"{path}/{made['id']}", {"active": True})
    assert asker.post("/appointments", body).status == 201


def test_a_practitioner_is_the_member_who_signs_in_and_no_other() -> None:
    asker = a_practice()
    made = asker.made("/practitioners", {"name": "Dr Shaw", "member_id": asker.member_id})
    assert made["member_id"] == asker.member_id
    other = {"name": "Dr Ray", "member_id": asker.member_id}
    assert asker.post("/practitioners", other).pointers == ["#/member_id"]
    foreign = {"name": "Dr Ray", "member_id": a_practice().member_id}
    assert asker.post("/practitioners", foreign).status == 404
    path = f"/practitioners/{made['id']}"
    assert asker.patch(path, {"member_id": None}).body["member_id"] is None


def test_appointments_are_listed_by_start_and_filtered() -> None:
    asker = a_practice()
    late, early = an_appointment(asker, starts_at=in_days(9)), an_appointment(asker)
    asker.post(f"/appointments/{late['id']}/cancel", {})

    def listed(query: str = "") -> list[str]:
        return [a["id"] for a in asker.get(f"/appointments?{query}").body["items"]]

    assert listed() == [early["id"], late["id"]]
    assert listed("status=cancelled") == [late["id"]]
    assert listed(f"client_id={early['client_id']}") == [early["id"]]
    assert listed(f"starts_before={in_days(8)}") == [early["id"]]
    assert listed(f"starts_after={in_days(8)}") == [late["id"]]
    assert listed(f"practitioner_id={early['practitioner_id']}") == [early["id"]]
    assert asker.get("/appointments?status=lost").status == 422


@pytest.mark.parametrize("path", ["/appointment-types", "/practitioners", "/places"])
def test_names_of_what_visits_are_made_of_are_unique_and_can_change(path: str) -> None:
    asker = a_practice()
    first, second = asker.made(path, {"name": "One"}), asker.made(path, {"name": "Two"})
    assert asker.get(path).body["items"] == [first, second]
    assert asker.post(path, {"name": "One"}).status == 409
    assert asker.patch(f"{path}/{second['id']}", {"name": "One"}).status == 409
    changed = asker.patch(f"{path}/{second['id']}", {"name": "Three"})
    assert changed.body == second | {"name": "Three"}
    assert asker.get(f"{path}/{second['id']}").body == changed.body
    assert asker.patch(f"{path}/{second['id']}", {"name": None}).status == 422
    assert asker.post(path, {"name": " "}).status == 422
