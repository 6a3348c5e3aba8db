"""An import from the file to the calendar: what it makes, moves, cancels, and leaves alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from carepost.appointments import booking, imports
from carepost.appointments.imports import checking, overlaps, persons, preparing, reporting, said
from carepost.ground import ids
from carepost.people.models import Client, ContactPoint
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import AuditEntry
from carepost.practice.tenancy import acting_for
from tests.appointments.imports.files_of import (
    a_file,
    a_row,
    bring,
    check,
    fates,
    told,
    traces,
    visits,
)
from tests.builders import NOW, make_appointment, make_client, make_practice

pytestmark = pytest.mark.django_db

AT_NINE = datetime(2026, 3, 9, 13, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def test_a_check_tells_each_rows_fate_and_changes_nothing() -> None:
    practice = make_practice()
    before = traces(practice)
    rows = [a_row(), a_row(id="V-2", date="13/09/2026"), a_row(id="V-3", status="Cancelled")]

    checked = check(practice, a_file(*rows))

    assert checked.status == "checked"
    assert fates(checked) == [(2, "create"), (3, "refuse"), (4, "unchanged")]
    assert (checked.created, checked.refused, checked.unchanged, checked.rows) == (1, 1, 1, 3)
    assert traces(practice) == before


def test_a_report_holds_no_cell_and_the_file_is_kept_sealed_until_it_is_carried_out() -> None:
    practice = make_practice()
    checked = check(practice, a_file(a_row(), a_row(id="V-2", date="Zanzibar")))
    assert "Zanzibar" not in str(checked.report)
    path = next(checking.blobs()._folder.glob(f"*/{checked.blob}"))
    assert b"Ann" not in path.read_bytes()
    assert imports.apply(practice.id, checked.id, SYSTEM, NOW).blob == ""
    assert not path.exists()


def test_new_visits_are_made_with_their_clients_and_told_to_nobody_unless_asked() -> None:
    practice = make_practice()
    done = bring(practice, a_file(a_row(email="Ann@People.test", minutes="45", place="Main St")))
    visit = visits(practice)[0]
    assert (done.status, done.done, done.created) == ("done", 1, 1)
    assert (visit.starts_at, visit.ends_at - visit.starts_at) == (AT_NINE, timedelta(minutes=45))
    assert (visit.source, visit.external_id, visit.scheduled_at) == ("program", "V-1", NOW)
    assert (visit.zone, visit.place and visit.place.name) == ("America/New_York", "Main St")
    assert told(practice) == [(0, "booked", False)]
    with acting_for(practice.id):
        points = ContactPoint.objects.filter(client=visit.client).values_list("system", "value")
        assert set(points) == {("phone", "+12025550101"), ("email", "ann@people.test")}
        acts = AuditEntry.objects.filter(practice=practice).values_list("action", flat=True)
        assert {"client.add", "appointment.book", "import.apply", "type.add"} <= set(acts)
    loud = make_practice()
    bring(loud, a_file(a_row()), options={"tell_booked": True})
    assert told(loud) == [(0, "booked", True)]


def test_a_changed_file_moves_and_cancels_and_both_are_told() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row(), a_row(id="V-2", time="10:00 AM")))
    later = NOW + timedelta(hours=1)
    content = a_file(a_row(time="2:00 PM"), a_row(id="V-2", time="10:00 AM", status="Canceled"))

    done = bring(practice, content, later)

    assert (done.moved, done.cancelled, fates(done)) == (1, 1, [(2, "move"), (3, "cancel")])
    assert told(practice)[-2:] == [(1, "cancelled", True), (1, "moved", True)]
    moved = next(v for v in visits(practice) if v.external_id == "V-1")
    assert (moved.local_time.hour, moved.scheduled_at, moved.sequence) == (14, later, 1)
    before = traces(practice)
    assert bring(practice, content, later).unchanged == 2
    assert traces(practice) == before


def test_what_was_decided_here_outlasts_an_old_file() -> None:
    practice = make_practice()
    content = a_file(*(a_row(id=f"V-{n}", time=f"{n}:00 PM") for n in (1, 2, 3)))
    bring(practice, content)
    confirmed, cancelled, moved = visits(practice)
    booking.confirm(practice.id, confirmed.id, SYSTEM, now=NOW)
    booking.cancel(practice.id, cancelled.id, SYSTEM, now=NOW)
    booking.move(
        practice.id, moved.id, SYSTEM, starts_at=moved.starts_at + timedelta(days=1), now=NOW
    )
    before = traces(practice)
    assert bring(practice, content).unchanged == 3
    assert traces(practice) == before


def test_visits_missing_from_the_file_are_left_unless_asked_and_only_within_its_days() -> None:
    practice = make_practice()
    day = [a_row(id=f"V-{n}", date=f"03/{8 + n:02}/2026") for n in (1, 2, 3, 4)]
    bring(practice, a_file(*day))
    part = a_file(day[0], day[2])
    assert bring(practice, part).cancelled == 0

    done = bring(practice, part, options={"cancel_missing": True})

    assert [v.status for v in visits(practice)] == ["booked", "cancelled", "booked", "booked"]
    assert (done.cancelled, done.unchanged) == (1, 2)
    assert [e["reason"] for e in done.report if e["row"] is None] == [reporting.MISSING]
    assert bring(practice, part, options={"cancel_missing": True}).cancelled == 0
    assert bring(practice, a_file(*day)).moved == 1, "on again, by the source's own doing"


def test_without_ids_a_moved_visit_is_cancelled_and_another_booked() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row(id=""), a_row(id="", time="4:00 PM")))
    moved = a_file(a_row(id=""), a_row(id="", time="5:00 PM"))

    done = bring(practice, moved, options={"cancel_missing": True})

    assert (done.created, done.cancelled, done.unchanged) == (1, 1, 1)
    assert done.report[0] == {"row": 0, "fate": "note", "reason": reporting.NO_IDS}
    # Who hears that a visit is cancelled hears of the one in its stead.
    assert told(practice)[2:] == [(0, "booked", True), (1, "cancelled", True)]
    before = traces(practice)
    assert bring(practice, moved, options={"cancel_missing": True}).unchanged == 2
    assert traces(practice) == before


def test_a_row_that_cannot_be_read_keeps_its_visit_from_being_missing() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row(), a_row(id="V-2", time="4:00 PM")))
    bad = a_file(a_row(), a_row(id="V-2", time="late"))
    assert bring(practice, bad, options={"cancel_missing": True}).cancelled == 0
    nameless = make_practice()
    bring(nameless, a_file(a_row(id=""), a_row(id="", time="4:00 PM")))
    bad = a_file(a_row(id=""), a_row(id="", time="late"))
    assert bring(nameless, bad, options={"cancel_missing": True}).cancelled == 0


def test_rows_that_share_an_id_and_differ_are_all_refused() -> None:
    practice = make_practice()
    again = a_row(id="V-2", time="11:00 AM")
    rows = [a_row(), a_row(time="10:00 AM"), again, again]
    done = bring(practice, a_file(*rows))
    assert fates(done) == [(2, "refuse"), (3, "refuse"), (4, "create"), (5, "refuse")]
    reasons = [e["reason"] for e in done.report]
    assert reasons == [preparing.TWICE, preparing.TWICE, "", preparing.REPEATED]


def test_overlapping_visits_are_kept_and_flagged_and_cleared_when_their_time_is_free() -> None:
    practice = make_practice()
    by_hand = make_appointment(practice, at=AT_NINE, practitioner="Dr Lind")
    rows = [a_row(), a_row(id="V-2", time="9:45 AM"), a_row(id="V-3", time="10:00 AM")]
    foreseen = check(practice, a_file(*rows))

    done = imports.apply(practice.id, foreseen.id, SYSTEM, NOW)

    flags = {v.external_id: (v.overlaps, v.exclusive) for v in visits(practice)}
    alone, shared = (False, True), (True, False)
    assert flags == {"": alone, "V-1": shared, "V-2": alone, "V-3": shared}
    assert [e["reason"] for e in done.report] == [overlaps.OVERLAPS, "", overlaps.OVERLAPS]
    assert done.report == foreseen.report
    booking.cancel(practice.id, by_hand.id, SYSTEM, now=NOW)
    rows[1] = a_row(id="V-2", time="3:00 PM")
    bring(practice, a_file(*rows))
    assert {(v.overlaps, v.exclusive) for v in visits(practice) if v.external_id} == {(False, True)}


def test_two_visits_that_change_places_are_both_moved() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row(), a_row(id="V-2", time="9:30 AM")))
    done = bring(practice, a_file(a_row(time="9:30 AM"), a_row(id="V-2")))
    assert done.moved == 2
    assert {v.overlaps for v in visits(practice)} == {False}


def test_clients_are_joined_by_id_or_birth_date_or_address_and_never_by_name_alone() -> None:
    practice = make_practice()
    here = make_client(practice, "Ann", "Field", phone="+12025550101")
    rows = [
        a_row(id="1", time="1:00 PM", first="ANN"),
        a_row(id="2", time="2:00 PM", born="05/17/1980"),
        a_row(id="3", time="3:00 PM", born="05/17/1980", phone=""),
        a_row(id="4", time="4:00 PM", phone="(202) 555-0102"),
        a_row(id="5", time="5:00 PM", phone=""),
        a_row(id="6", time="6:00 PM", first="Bo", phone="", client="B-1"),
        a_row(id="7", time="7:00 PM", first="Bo", phone="", client="B-2"),
    ]

    done = bring(practice, a_file(*rows))

    clients = {v.external_id: v.client_id for v in visits(practice)}
    assert {clients[n] for n in "123"} == {here.id}
    assert len({clients[n] for n in "1467"}) == 4
    assert [e["reason"] for e in done.report if e["fate"] == "refuse"] == [persons.NOBODY]
    with acting_for(practice.id):
        assert Client.objects.get(id=here.id).birth_date == date(1980, 5, 17)


def test_a_row_that_two_clients_fit_is_refused() -> None:
    practice = make_practice()
    for born in (date(1950, 1, 1), date(1980, 1, 1)):
        make_client(practice, phone="+12025550101", birth_date=born)
    done = bring(practice, a_file(a_row()))
    assert [e["reason"] for e in done.report] == [persons.SEVERAL]


def test_a_new_number_in_the_source_is_the_one_to_use_and_one_taken_out_stays_out() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row()))
    content = a_file(a_row(phone="(202) 555-0109"))

    done = bring(practice, content)

    assert (fates(done), done.report[0]["reason"]) == ([(2, "change")], reporting.NEW_ADDRESS)
    assert [v.sequence for v in visits(practice)] == [0]
    with acting_for(practice.id):
        ranks = ContactPoint.objects.filter(practice=practice).order_by("rank")
        assert [p.value for p in ranks] == ["+12025550109", "+12025550101"]
    before = traces(practice)
    assert bring(practice, content).unchanged == bring(practice, a_file(a_row())).unchanged == 1
    assert traces(practice) == before


def test_a_time_that_the_clocks_skip_is_moved_by_the_gap_and_noted() -> None:
    practice = make_practice()
    done = bring(practice, a_file(a_row(date="03/08/2026", time="2:30 AM")))
    assert done.report[0]["reason"] == said.MOVED_BY_GAP
    assert visits(practice)[0].local_time.hour == 3


@pytest.mark.parametrize(
    "cells",
    [
        {"date": "13/09/2026"}, {"date": "03/09/1900"}, {"date": "03/09/2999"}, {"time": "9"},
        {"date": ""}, {"minutes": "0"}, {"status": "Rescheduled"}, {"first": "", "last": ""},
        {"practitioner": ""}, {"id": "x" * 121}, {"first": "x" * 81}, {"phone": "none"},
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_a_sentence_and_the_others_are_taken(
    cells: dict[str, str],
) -> None:
    practice = make_practice()
    done = bring(practice, a_file(a_row(id="V-9", time="4:00 PM"), a_row(**cells)))
    assert (done.created, done.refused) == (1, 1)
    assert done.report[1]["reason"].endswith(".")


def test_dates_and_numbers_are_read_as_the_practice_writes_them() -> None:
    practice = make_practice(date_order="DMY", country="GB", timezone="Europe/London")
    bring(practice, a_file(a_row(date="09/03/2026", phone="020 7946 0018")))
    visit = visits(practice)[0]
    assert visit.local_date == date(2026, 3, 9)
    with acting_for(practice.id):
        assert ContactPoint.objects.get(client=visit.client).value == "+442079460018"


def test_a_mapping_is_remembered_for_its_source_once_it_was_carried_out() -> None:
    practice = make_practice()
    content = b"Ref,Wann,Wer,Tel,Who\nV-1,3/9/2026 9:00,Ann Field,2025550101,Dr Lind\n"
    mapping = {
        "visit_id": "Ref", "start": "Wann", "client_name": "Wer", "phone": "Tel",
        "practitioner": "Who",
    }  # fmt: skip
    assert bring(practice, content, mapping=mapping).created == 1
    assert bring(practice, content).unchanged == 1
    with pytest.raises(Refused, match="column names"):
        check(practice, content, source="another")
    assert bring(practice, a_file(a_row(id="V-2", time="1:00 PM"))).created == 1


@pytest.mark.parametrize(
    "others",
    [
        {"source": ""}, {"options": {"colour": 1}}, {"options": {"cancel_missing": "yes"}},
        {"mapping": {"start": "Nowhere"}}, {"mapping": {"mood": "Date"}}, {"mapping": {"start": 3}},
        {"mapping": {"first_name": "", "last_name": ""}}, {"mapping": {"practitioner": ""}},
    ],
)  # fmt: skip
def test_an_import_that_is_asked_for_wrongly_is_refused(others: dict[str, object]) -> None:
    with pytest.raises(Refused):
        check(make_practice(), a_file(a_row()), **others)


def test_another_practices_import_is_not_found_and_a_lost_file_is_refused() -> None:
    practice = make_practice()
    checked = check(practice, a_file(a_row()))
    with pytest.raises(NotFound):
        imports.apply(make_practice().id, checked.id, SYSTEM, NOW)
    with pytest.raises(NotFound):
        imports.apply(practice.id, ids.fresh(), SYSTEM, NOW)
    checking.blobs().delete(checked.blob)
    with pytest.raises(Refused, match="no longer kept"):
        imports.apply(practice.id, checked.id, SYSTEM, NOW)
