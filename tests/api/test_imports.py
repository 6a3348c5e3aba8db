"""A file of visits over the API: checked, applied, and read while it runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.asking import Answer, Asker, a_practice

pytestmark = pytest.mark.django_db

FILE = (
    "Appointment ID,First Name,Last Name,Mobile Phone,Date,Start Time,Practitioner,Type\n"
    "1,Ann,Field,+12125550123,{day},09:30,Dr Shaw,Physio\n"
    "2,Bob,Meadow,+12125550124,{day},10:30,Dr Shaw,Physio\n"
    "3,Cy,Hill,+12125550125,never,11:30,Dr Shaw,Physio\n"
)
MAPPING = {
    "visit_id": "Appointment ID",
    "first_name": "First Name",
    "last_name": "Last Name",
    "mobile_phone": "Mobile Phone",
    "date": "Date",
    "start": "Start Time",
    "practitioner": "Practitioner",
    "type": "Type",
}


def a_file() -> str:
    day = datetime.now(UTC) + timedelta(days=30)
    return FILE.format(day=day.strftime("%m/%d/%Y"))


def as_form(asker: Asker, parts: dict[str, str], file: str | None) -> Answer:
    lines: list[str] = []
    for name, value in parts.items():
        lines += ["--x", f'Content-Disposition: form-data; name="{name}"', "", value]
    if file is not None:
        head = 'Content-Disposition: form-data; name="file"; filename="visits.csv"'
        lines += ["--x", head, "Content-Type: text/csv", "", file]
    body = "\r\n".join([*lines, "--x--", ""]).encode()
    return asker.post("/imports", body, content_type="multipart/form-data; boundary=x")


def counts(of: Any) -> tuple[int, ...]:
    return tuple(of[name] for name in ("rows", "created", "moved", "cancelled", "refused"))


def test_a_file_is_checked_before_anything_changes_and_then_applied() -> None:
    asker = a_practice()
    checked = asker.made("/imports", {"csv": a_file(), "mapping": MAPPING})
    assert (checked["status"], counts(checked)) == ("checked", (3, 2, 0, 0, 1))
    assert asker.get("/appointments").body["items"] == []
    path = f"/imports/{checked['id']}"
    assert asker.get(path).body == checked
    assert asker.get("/imports").body["items"] == [checked]
    applied = asker.post(f"{path}/apply")
    assert (applied.status, applied.body["status"], applied.body["done"]) == (200, "done", 3)
    assert applied.body["finished_at"]
    assert len(asker.get("/appointments").body["items"]) == 2
    assert asker.post(f"{path}/apply", {}).body == applied.body


def test_the_same_file_again_changes_nothing() -> None:
    asker = a_practice()
    for _ in range(2):
        checked = asker.made("/imports", {"csv": a_file(), "mapping": MAPPING})
        asker.post(f"/imports/{checked['id']}/apply")
    assert counts(asker.get("/imports").body["items"][0])[1:4] == (0, 0, 0)
    assert len(asker.get("/appointments").body["items"]) == 2


def test_a_file_may_come_as_a_form() -> None:
    asker = a_practice()
    parts = {"source": "old program", "mapping": json.dumps(MAPPING), "options": "{}"}
    answer = as_form(asker, parts, a_file())
    assert answer.status == 201
    assert answer.body["file_name"] == "visits.csv"
    assert answer.body["source"] == "old program"
    assert counts(answer.body) == (3, 2, 0, 0, 1)


def test_the_mapping_that_an_import_shows_can_be_sent_again() -> None:
    asker = a_practice()
    shown = asker.made("/imports", {"csv": a_file(), "mapping": MAPPING})["mapping"]
    columns = {"columns": shown["columns"]}
    assert counts(asker.made("/imports", {"csv": a_file(), "mapping": columns}))[0] == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"csv": ""},
        {"csv": 7},
        {"csv": "no table at all"},
        {"csv": "a\0b,c\n1,2"},
        {"csv": FILE, "mapping": ["Date"]},
        {"csv": FILE, "mapping": {"date": "No such column"}},
        {"csv": FILE, "options": {"cancel_missing": "yes"}},
        {"csv": FILE, "options": {"guess": True}},
        {"csv": FILE, "kind": "csv"},
    ],
)
def test_what_cannot_be_read_as_visits_is_refused(body: dict[str, Any]) -> None:
    asker = a_practice()
    answer = asker.post("/imports", body)
    assert answer.status == 422
    assert asker.get("/imports").body["items"] == []


def test_a_form_without_its_file_or_with_a_broken_part_is_refused() -> None:
    asker = a_practice()
    assert as_form(asker, {"source": "x"}, None).pointers == ["#/file"]
    assert as_form(asker, {"mapping": "{"}, a_file()).pointers == ["#/mapping"]
    assert as_form(asker, {"colour": "blue"}, a_file()).pointers == ["#/colour"]
    broken = asker.post("/imports", b"--y--", content_type="multipart/form-data")
    assert broken.status == 400


def test_a_report_holds_no_content_of_a_cell() -> None:
    asker = a_practice()
    checked = asker.made("/imports", {"csv": a_file(), "mapping": MAPPING})
    assert "Hill" not in str(checked["report"])
    assert [entry["row"] for entry in checked["report"] if entry["fate"] == "refuse"] == [4]


def test_an_import_is_undone_and_its_program_was_remembered_until_then() -> None:
    asker = a_practice()
    checked = asker.made("/imports", {"csv": a_file(), "mapping": MAPPING, "source": "old"})
    path = f"/imports/{checked['id']}"
    assert asker.post(f"{path}/undo").status == 409
    asker.post(f"{path}/apply")
    (source,) = asker.get("/import-sources").body
    assert (source["source"], source["mapping"]) == ("old", checked["mapping"]["columns"])
    undone = asker.post(f"{path}/undo")
    assert (undone.status, undone.body["removed"], undone.body["kept_rows"]) == (200, 2, [])
    assert asker.get(path).body["status"] == "undone"
    assert asker.get("/appointments").body["items"] == []
    assert asker.get("/import-sources").body == []
    assert asker.post(f"{path}/apply").status == 409
