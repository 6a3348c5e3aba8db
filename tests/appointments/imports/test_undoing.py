"""An import undone: what it made goes, what was touched stays, and nobody is told without need."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carepost.appointments import booking, imports
from carepost.appointments.imports import applying, undoing, writing
from carepost.appointments.models import (
    Appointment,
    AppointmentChange,
    AppointmentType,
    Brought,
    Import,
)
from carepost.messaging.models import Message, MessageAbout, Rule
from carepost.people import consent
from carepost.people.models import Client, ContactPoint
from carepost.practice import audit
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.appointments.imports.files_of import a_file, a_row, bring, check, told, visits
from tests.builders import NOW, make_appointment, make_client, make_line, make_practice

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.models import Practice

pytestmark = pytest.mark.usefixtures("db")
LATER = NOW + timedelta(hours=1)
BOB = {"first": "Bob", "phone": "(202) 555-0102"}


def two() -> bytes:
    """Ann at 9:00 and Bob at 10:00."""
    return a_file(a_row(), a_row(id="V-2", time="10:00", **BOB))


def undo(done: Import, now: datetime = LATER) -> undoing.Undone:
    return imports.undo(done.practice_id, done.id, SYSTEM, now)


def now_of(done: Import) -> Import:
    with acting_for(done.practice_id):
        return Import.objects.get(id=done.id)


def names(practice: Practice) -> list[str]:
    with acting_for(practice.id):
        rows = Client.objects.filter(archived_at=None).order_by("first_name")
        return list(rows.values_list("first_name", flat=True))


def a_message_about(visit: Appointment) -> UUID:
    """A message that waits, as the planner makes it."""
    with acting_for(visit.practice_id):
        line = make_line(visit.practice)
        ours = {"practice_id": visit.practice_id}
        rule = Rule.objects.create(**ours, kind="appointment_reminder", when="before", days=1)
        message = Message.objects.create(
            **ours, kind=rule.kind, channel="sms", status="planned", rule=rule,
            client_id=visit.client_id, address="+12025550101", line=line, due_at=NOW,
            expires_at=NOW,
        )  # fmt: skip
        MessageAbout.objects.create(
            **ours, message=message, rule=rule, appointment=visit, sequence=0,
            recipient_id=visit.client_id,
        )  # fmt: skip
    return message.id


def test_what_nobody_touched_is_gone_without_a_trace_but_in_the_audit_trail() -> None:
    practice = make_practice()
    done = bring(practice, two())
    undone = undo(done)
    assert (undone.removed, undone.cancelled, undone.kept) == (2, 0, 0)
    assert (undone.clients_removed, undone.clients_archived) == (2, 0)
    assert visits(practice) == []
    with acting_for(practice.id):
        for model in (Client, ContactPoint, AppointmentChange, Brought):
            assert not model._default_manager.exists(), model
        actions = AuditEntry.objects.filter(action__endswith=".remove")
        assert sorted(actions.values_list("action", flat=True)) == [
            "appointment.remove",
            "appointment.remove",
            "client.remove",
            "client.remove",
        ]
        assert AuditEntry.objects.filter(action="import.undo", subject_id=done.id).exists()
    assert (now_of(done).status, now_of(done).report) == ("undone", done.report)


def test_the_file_can_be_imported_anew() -> None:
    practice = make_practice()
    undo(bring(practice, two()))
    again = bring(practice, two(), now=LATER)
    assert again.created == 2
    assert names(practice) == ["Ann", "Bob"]


def test_a_visit_that_messages_name_is_cancelled_and_its_client_archived() -> None:
    practice = make_practice()
    done = bring(practice, two())
    a_message_about(visits(practice)[0])
    with acting_for(practice.id):
        Replan.objects.all().delete()
    undone = undo(done)
    assert (undone.removed, undone.cancelled) == (1, 1)
    assert (undone.clients_removed, undone.clients_archived) == (1, 1)
    (left,) = visits(practice)
    assert (left.status, left.sequence, left.external_id) == ("cancelled", 1, "")
    assert left.client.archived_at == LATER
    assert told(practice) == [(0, "booked", False), (1, "cancelled", False)]
    with acting_for(practice.id):
        assert Replan.objects.filter(subject_id=left.client_id).exists()

    assert bring(practice, two(), now=LATER).created == 2
    assert names(practice) == ["Ann", "Bob"]


@pytest.mark.parametrize(("at", "tell"), [("03/09/2026", True), ("02/09/2026", False)])
def test_who_was_told_of_a_booking_ahead_is_told_of_its_cancelling(at: str, tell: bool) -> None:
    practice = make_practice()
    done = bring(practice, a_file(a_row(date=at)), options={"tell_booked": True})
    a_message_about(visits(practice)[0])
    undo(done)
    assert told(practice) == [(0, "booked", True), (1, "cancelled", tell)]


def touch_by_confirming(visit: Appointment) -> None:
    booking.confirm(visit.practice_id, visit.id, SYSTEM, now=NOW)


def touch_by_moving(visit: Appointment) -> None:
    booking.move(
        visit.practice_id, visit.id, SYSTEM, starts_at=visit.starts_at + timedelta(days=1), now=NOW
    )


def touch_by_cancelling(visit: Appointment) -> None:
    booking.cancel(visit.practice_id, visit.id, SYSTEM, now=NOW)


@pytest.mark.parametrize("touch", [touch_by_confirming, touch_by_moving, touch_by_cancelling])
def test_a_visit_that_was_touched_stays_with_its_client_and_is_reported(touch: Any) -> None:
    practice = make_practice()
    done = bring(practice, two())
    bobs = visits(practice)[1]
    touch(bobs)
    undone = undo(done)
    assert (undone.removed, undone.kept) == (1, 1)
    assert [visit.id for visit in visits(practice)] == [bobs.id]
    assert names(practice) == ["Bob"]
    assert now_of(done).report[-1] == {"row": 3, "fate": "note", "reason": undoing.TOUCHED}


def test_a_client_who_was_touched_or_has_other_visits_stays() -> None:
    practice = make_practice()
    done = bring(practice, two())
    ann, bob = (visit.client for visit in visits(practice))
    consent.give(practice.id, ann.id, SYSTEM, channel="sms", address="+12025550101", how="paper")
    other = make_appointment(practice, bob)
    undone = undo(done)
    assert names(practice) == ["Ann", "Bob"]
    assert [visit.id for visit in visits(practice)] == [other.id]
    assert [entry["reason"] for entry in undone.report] == [undoing.CLIENT_TOUCHED]


def test_to_look_at_a_client_is_not_to_touch_them() -> None:
    practice = make_practice()
    done = bring(practice, two())
    with acting_for(practice.id):
        for visit in Appointment.objects.all():
            audit.record(practice.id, SYSTEM, "client.read", "client", visit.client_id)
            audit.record(practice.id, SYSTEM, "appointment.read", "appointment", visit.id)
    assert undo(done).clients_removed == 2


def test_what_was_here_before_stays_as_the_import_left_it() -> None:
    practice = make_practice()
    bring(practice, two())
    moved = a_file(
        a_row(time="11:00"), a_row(id="V-2", time="10:00", **BOB), a_row(id="V-3", time="12:00")
    )
    done = bring(practice, moved, now=NOW + timedelta(minutes=5))
    undone = undo(done)
    assert (undone.removed, undone.kept, undone.clients_removed) == (1, 1, 0)
    assert [visit.local_time.hour for visit in visits(practice)] == [10, 11]
    assert undone.report == [{"row": 2, "fate": "note", "reason": undoing.CHANGED}]


def test_a_client_whom_a_later_import_added_to_stays() -> None:
    practice = make_practice()
    first = bring(practice, two())
    bring(practice, a_file(a_row(email="ann@people.test")), now=NOW + timedelta(minutes=5))
    undo(first)
    assert names(practice) == ["Ann"]


def test_an_undone_import_is_not_carried_out_again_and_undone_again_changes_nothing() -> None:
    practice = make_practice()
    done = bring(practice, two())
    undo(done)
    assert undo(done).removed == 0
    with pytest.raises(Conflict, match="undone"):
        imports.apply(practice.id, done.id, SYSTEM, LATER)
    assert now_of(done).status == "undone"


def test_what_was_never_carried_out_or_is_anothers_is_refused() -> None:
    practice = make_practice()
    checked = check(practice, two())
    with pytest.raises(Conflict):
        undo(checked)
    with pytest.raises(NotFound):
        imports.undo(make_practice().id, checked.id, SYSTEM, LATER)


def test_an_undoing_that_was_killed_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    practice = make_practice()
    rows = [a_row(id=f"V-{n}", time=f"{8 + n}:00") for n in range(6)]
    done = bring(practice, a_file(*rows))
    monkeypatch.setattr(undoing, "BATCH", 2)
    real, calls = undoing._visits, []

    def dying(*given: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(undoing, "_visits", dying)
    with pytest.raises(KeyboardInterrupt):
        undo(done)
    assert len(visits(practice)) == 4
    assert undo(done).removed == 4
    assert (visits(practice), names(practice)) == ([], [])


def test_an_import_that_was_stopped_half_way_is_undone_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    practice = make_practice()
    rows = [a_row(id=f"V-{n}", time=f"{8 + n}:00") for n in range(6)]
    checked = check(practice, a_file(*rows))
    monkeypatch.setattr(applying, "BATCH_ROWS", 2)
    real, calls = writing.write, []

    def failing(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError
        return real(*given)

    monkeypatch.setattr(writing, "write", failing)
    with pytest.raises(RuntimeError):
        imports.apply(practice.id, checked.id, SYSTEM, NOW)
    assert (now_of(checked).status, now_of(checked).done) == ("failed", 2)
    assert undo(checked).removed == 2
    assert now_of(checked).blob == ""


def test_an_import_that_failed_goes_on_and_counts_right(monkeypatch: pytest.MonkeyPatch) -> None:
    practice = make_practice()
    rows = [a_row(id=f"V-{n}", time=f"{8 + n}:00") for n in range(6)]
    checked = check(practice, a_file(*rows))
    monkeypatch.setattr(applying, "BATCH_ROWS", 2)
    with monkeypatch.context() as broken:
        broken.setattr(writing, "write", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.apply(practice.id, checked.id, SYSTEM, NOW)
    assert now_of(checked).status == "failed"
    assert imports.begin(practice.id, checked.id).status == "running"
    done = imports.apply(practice.id, checked.id, SYSTEM, NOW)
    assert (done.status, done.created, done.done) == ("done", 6, 6)
    assert imports.begin(practice.id, checked.id).status == "done"


def test_files_that_wait_for_a_month_are_forgotten_and_reports_stay() -> None:
    practice = make_practice()
    old, new = check(practice, two()), check(practice, two(), now=NOW + timedelta(days=1))
    at = NOW + timedelta(days=30, seconds=1)
    assert imports.forget_files(practice.id, at) == 1
    assert imports.forget_files(practice.id, at) == 0
    assert (now_of(old).blob, now_of(old).report) == ("", old.report)
    with pytest.raises(Refused, match="no longer kept"):
        imports.apply(practice.id, old.id, SYSTEM, at)
    with pytest.raises(Refused, match="no longer kept"):
        imports.begin(practice.id, old.id)
    assert imports.apply(practice.id, new.id, SYSTEM, at).created == 2


def test_programs_are_offered_the_last_used_first_with_how_their_files_were_read() -> None:
    practice = make_practice()
    bring(practice, a_file(a_row()), source="old")
    bring(practice, two(), source="new", now=LATER)
    check(practice, two(), source="never", now=LATER)
    with acting_for(practice.id):
        assert imports.sources(practice.id) == ["new", "old"]
        assert imports.remembered(practice.id, "new")["visit_id"] == "Appointment ID"
    with acting_for(make_practice().id):
        assert imports.sources(practice.id) == []


def test_types_and_the_like_stay() -> None:
    practice = make_practice()
    undo(bring(practice, two()))
    with acting_for(practice.id):
        assert AppointmentType.objects.count() == 1


def test_hand_made_clients_are_never_taken() -> None:
    practice = make_practice()
    make_client(practice, "Ann", "Field", phone="+12025550101")
    done = bring(practice, two())
    undo(done)
    assert names(practice) == ["Ann"]
