"""Visits booked, moved, cancelled and confirmed, and what each leaves for the planner."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from carepost.appointments import booking
from carepost.appointments.models import (
    Appointment,
    AppointmentChange,
    AppointmentType,
    Place,
    Practitioner,
)
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_practice

pytestmark = pytest.mark.usefixtures("db")
TEN = datetime(2026, 3, 9, 14, tzinfo=UTC)  # 10:00 in New York
LATER = NOW + timedelta(hours=1)


def changes_of(visit: Appointment) -> list[tuple[int, str, bool, bool]]:
    with acting_for(visit.practice_id):
        rows = AppointmentChange.objects.filter(appointment=visit).order_by("sequence")
        return [(row.sequence, row.what, row.tell, row.active) for row in rows]


def kept(visit: Appointment) -> Appointment:
    with acting_for(visit.practice_id):
        return Appointment.objects.get(id=visit.id)


def taken_by(practice: Any, at: datetime = TEN, **others: Any) -> Appointment:
    return make_appointment(practice, at=at, practitioner="Dr Shaw", **others)


class TestBook:
    def test_a_visit_stores_local_time_zone_and_instant(self) -> None:
        practice = make_practice(timezone="America/New_York")
        at = datetime(2026, 7, 1, 9, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=2)))
        visit = kept(make_appointment(practice, at=at, minutes=45))
        assert (visit.starts_at, visit.ends_at) == (at, at + timedelta(minutes=45))
        assert (visit.local_date, visit.local_time) == (
            date(2026, 7, 1),
            time(3, 30, 15, 250_000),
        )
        assert (visit.zone, visit.status, visit.sequence) == ("America/New_York", "booked", 0)
        assert visit.scheduled_at == NOW

    def test_the_places_zone_goes_before_the_practices(self) -> None:
        practice = make_practice()
        with acting_for(practice.id):
            Place.objects.create(practice=practice, name="West", timezone="America/Los_Angeles")
        visit = make_appointment(practice, at=TEN, place="West")
        assert (visit.zone, visit.local_time) == ("America/Los_Angeles", time(7))

    def test_it_leaves_a_change_an_entry_and_a_touch(self) -> None:
        visit = make_appointment(make_practice(), tell=False)
        assert changes_of(visit) == [(0, "booked", False, True)]
        with acting_for(visit.practice_id):
            assert AuditEntry.objects.filter(
                action="appointment.book", subject_id=visit.id
            ).exists()
            assert Replan.objects.filter(subject_id=visit.client_id).exists()

    def test_names_that_are_new_are_made_once_and_found_by_id_or_name_after(self) -> None:
        practice = make_practice()
        first = make_appointment(
            practice, type="Check-up", practitioner=" Dr  Shaw", place="Main", minutes=20
        )
        second = make_appointment(
            practice,
            at=TEN,
            type=first.type_id,
            practitioner=str(first.practitioner_id),
            place="Main",
        )
        assert (second.type_id, second.practitioner_id, second.place_id) == (
            first.type_id,
            first.practitioner_id,
            first.place_id,
        )
        with acting_for(practice.id):
            assert Practitioner.objects.get().name == "Dr Shaw"
            assert AppointmentType.objects.get().minutes == 20
            assert Place.objects.count() == 1

    def test_without_minutes_the_types_length_counts(self) -> None:
        practice = make_practice()
        make_appointment(practice, type="Long", minutes=90)
        visit = make_appointment(practice, type="Long", minutes=None)
        assert visit.ends_at - visit.starts_at == timedelta(minutes=90)
        new = make_appointment(practice, type="New", minutes=None)
        assert new.ends_at - new.starts_at == timedelta(minutes=30)

    def test_it_takes_few_statements(self, django_assert_max_num_queries: Any) -> None:
        practice = make_practice()
        client = make_client(practice)
        make_appointment(practice, client, practitioner="Dr Shaw")
        with acting_for(practice.id), django_assert_max_num_queries(11):  # four of acting_for's
            make_appointment(practice, client, at=TEN, practitioner="Dr Shaw")

    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            ({"minutes": 0}, "minutes"),
            ({"minutes": -5}, "minutes"),
            ({"minutes": 1441}, "minutes"),
            ({"minutes": 10**20}, "minutes"),
            ({"minutes": True}, "minutes"),
            ({"at": datetime(2026, 3, 9, 14)}, "starts_at"),
            ({"at": datetime(1, 1, 1, tzinfo=UTC)}, "starts_at"),
            ({"at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}, "starts_at"),
            ({"type": " "}, "type"),
            ({"type": "x" * 121}, "type"),
            ({"practitioner": "\0"}, "practitioner"),
            ({"place": "x" * 121}, "place"),
            ({"type": uuid4()}, "type"),
            ({"practitioner": str(uuid4())}, "practitioner"),
            ({"place": uuid4()}, "place"),
            ({"external_id": "x" * 121}, "external_id"),
        ],
    )
    def test_bad_input_books_nothing_and_makes_nothing(
        self, bad: dict[str, Any], field: str
    ) -> None:
        practice = make_practice()
        client = make_client(practice)
        with pytest.raises(Refused) as refused:
            make_appointment(practice, client, **bad)
        assert refused.value.field == field
        with acting_for(practice.id):
            assert not Appointment.objects.exists()
            assert not AppointmentType.objects.exists()
            assert not Practitioner.objects.exists()

    def test_what_is_another_practices_is_not_found(self) -> None:
        theirs = make_appointment(make_practice(), place="Main")
        practice = make_practice()
        client = make_client(practice)
        for asked in (
            {"type": theirs.type_id},
            {"practitioner": theirs.practitioner_id},
            {"place": theirs.place_id},
        ):
            with pytest.raises(NotFound):
                make_appointment(practice, client, **asked)
        with acting_for(theirs.practice_id):
            their_client = theirs.client
        with pytest.raises(NotFound):
            make_appointment(practice, their_client)

    def test_a_visit_is_imported_once(self) -> None:
        practice = make_practice()
        make_appointment(practice, source="csv", external_id="7")
        with pytest.raises(Conflict) as refused:
            make_appointment(practice, source="csv", external_id="7")
        assert refused.value.field == "external_id"


class TestDoubleBooking:
    @pytest.mark.parametrize("minutes", [-29, 0, 29])
    def test_by_hand_it_is_refused(self, minutes: int) -> None:
        practice = make_practice()
        taken_by(practice)
        with pytest.raises(Conflict) as refused:
            taken_by(practice, TEN + timedelta(minutes=minutes))
        assert refused.value.field == "starts_at"
        with acting_for(practice.id):
            assert Appointment.objects.count() == 1

    @pytest.mark.parametrize("minutes", [-30, 30])
    def test_one_after_the_other_is_none(self, minutes: int) -> None:
        practice = make_practice()
        taken_by(practice)
        assert taken_by(practice, TEN + timedelta(minutes=minutes)).exclusive

    def test_another_practitioner_or_practice_is_free(self) -> None:
        practice = make_practice()
        taken_by(practice)
        make_appointment(practice, at=TEN, practitioner="Dr Ray")
        taken_by(make_practice())

    def test_a_cancelled_visit_gives_its_time_back(self) -> None:
        practice = make_practice()
        booking.cancel(practice.id, taken_by(practice).id, SYSTEM, now=LATER)
        assert taken_by(practice).exclusive

    def test_a_type_that_allows_it_is_never_in_the_way(self) -> None:
        practice = make_practice()
        with acting_for(practice.id):
            AppointmentType.objects.create(
                practice=practice, name="Group", allows_double_booking=True
            )
        first = taken_by(practice, type="Group")
        assert (first.exclusive, first.overlaps) == (False, False)
        taken_by(practice, type="Group")
        assert taken_by(practice).exclusive

    def test_an_import_keeps_and_flags_it_and_both_stand_in_the_way(self) -> None:
        practice = make_practice()
        taken_by(practice)
        brought = taken_by(practice, TEN + timedelta(minutes=15), by_hand=False)
        assert (brought.exclusive, brought.overlaps) == (False, True)
        with pytest.raises(Conflict):
            taken_by(practice, TEN + timedelta(minutes=30))
        free = taken_by(practice, TEN + timedelta(minutes=45), by_hand=False)
        assert (free.exclusive, free.overlaps) == (True, False)

    def test_a_move_onto_another_is_refused_and_leaves_the_visit_where_it_was(self) -> None:
        practice = make_practice()
        taken_by(practice)
        visit = taken_by(practice, TEN + timedelta(hours=1))
        with pytest.raises(Conflict):
            booking.move(practice.id, visit.id, SYSTEM, starts_at=TEN, now=LATER)
        assert kept(visit).starts_at == visit.starts_at
        assert changes_of(visit) == [(0, "booked", True, True)]

    def test_a_flagged_visit_that_moves_to_a_free_time_has_it_to_itself(self) -> None:
        practice = make_practice()
        taken_by(practice)
        brought = taken_by(practice, by_hand=False)
        later = TEN + timedelta(hours=2)
        moved = booking.move(practice.id, brought.id, SYSTEM, starts_at=later, now=LATER)
        assert (moved.exclusive, moved.overlaps) == (True, False)

    def test_a_visit_may_be_moved_onto_its_own_former_time(self) -> None:
        practice = make_practice()
        visit = taken_by(practice)
        on = TEN + timedelta(minutes=10)
        booking.move(practice.id, visit.id, SYSTEM, starts_at=on, now=LATER)
        assert kept(visit).starts_at == on


class TestMove:
    def test_it_is_another_visit_to_be_told_of_and_to_be_confirmed(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        booking.confirm(visit.practice_id, visit.id, SYSTEM, now=LATER)
        booking.move(
            visit.practice_id,
            visit.id,
            SYSTEM,
            starts_at=TEN + timedelta(days=1),
            tell=False,
            now=LATER,
        )
        moved = kept(visit)
        assert (moved.sequence, moved.status, moved.scheduled_at) == (1, "booked", LATER)
        assert (moved.local_date, moved.local_time) == (date(2026, 3, 10), time(10))
        assert moved.ends_at - moved.starts_at == timedelta(minutes=30)
        assert changes_of(visit) == [(0, "booked", True, True), (1, "moved", False, True)]

    def test_the_same_time_again_changes_nothing(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        booking.move(visit.practice_id, visit.id, SYSTEM, starts_at=TEN, minutes=30, now=LATER)
        assert kept(visit).scheduled_at == NOW
        assert len(changes_of(visit)) == 1
        with acting_for(visit.practice_id):
            assert not AuditEntry.objects.filter(action="appointment.move").exists()

    def test_another_length_alone_is_nothing_to_tell(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        booking.move(visit.practice_id, visit.id, SYSTEM, starts_at=TEN, minutes=60, now=LATER)
        assert kept(visit).ends_at == TEN + timedelta(hours=1)
        assert (kept(visit).sequence, len(changes_of(visit))) == (0, 1)


class TestCancelAndConfirm:
    def test_a_cancelled_visit_stays_cancelled_and_is_told_once(self) -> None:
        visit = make_appointment(make_practice())
        for _ in range(2):
            booking.cancel(visit.practice_id, visit.id, SYSTEM, now=LATER)
        assert (kept(visit).status, kept(visit).sequence) == ("cancelled", 1)
        assert changes_of(visit) == [(0, "booked", True, True), (1, "cancelled", True, False)]

    def test_confirming_is_nothing_to_tell_and_counts_once(self) -> None:
        visit = make_appointment(make_practice())
        for _ in range(2):
            booking.confirm(visit.practice_id, visit.id, SYSTEM, now=LATER)
        assert (kept(visit).status, kept(visit).sequence) == ("confirmed", 0)
        assert len(changes_of(visit)) == 1
        with acting_for(visit.practice_id):
            assert AuditEntry.objects.filter(action="appointment.confirm").count() == 1

    @pytest.mark.parametrize("status", ["cancelled", "no_show", "done"])
    def test_what_is_over_is_neither_moved_nor_confirmed(self, status: str) -> None:
        visit = make_appointment(make_practice())
        with acting_for(visit.practice_id):
            Appointment.objects.update(status=status)
        with pytest.raises(Conflict):
            booking.move(visit.practice_id, visit.id, SYSTEM, starts_at=TEN, now=LATER)
        with pytest.raises(Conflict):
            booking.confirm(visit.practice_id, visit.id, SYSTEM, now=LATER)
        if status != "cancelled":
            with pytest.raises(Conflict):
                booking.cancel(visit.practice_id, visit.id, SYSTEM, now=LATER)
        assert kept(visit).status == status

    def test_another_practices_visit_is_not_found(self) -> None:
        visit = make_appointment(make_practice())
        other = make_practice()
        for ask in (
            lambda: booking.move(other.id, visit.id, SYSTEM, starts_at=TEN, now=LATER),
            lambda: booking.cancel(other.id, visit.id, SYSTEM, now=LATER),
            lambda: booking.confirm(other.id, visit.id, SYSTEM, now=LATER),
        ):
            with pytest.raises(NotFound):
                ask()
        assert kept(visit).status == "booked"
