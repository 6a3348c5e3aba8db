"""Visits changed, opened again, marked, and whether the client is told: and how each is undone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from carepost.appointments import booking, catalogue
from carepost.appointments.models import Appointment, AppointmentChange, AppointmentType, Place
from carepost.appointments.models import Practitioner as Practitioners
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_practice

pytestmark = pytest.mark.usefixtures("db")
TEN = datetime(2026, 3, 9, 14, tzinfo=UTC)  # 10:00 in New York
HOUR = timedelta(hours=1)
SOON = timedelta(seconds=8)


def kept(visit: Appointment) -> Appointment:
    with acting_for(visit.practice_id):
        return Appointment.objects.select_related("type", "practitioner", "place").get(id=visit.id)


def told(visit: Appointment) -> list[tuple[int, str, bool]]:
    with acting_for(visit.practice_id):
        rows = AppointmentChange.objects.filter(appointment=visit).order_by("sequence")
        return list(rows.values_list("sequence", "what", "tell"))


def actions(visit: Appointment) -> list[str]:
    with acting_for(visit.practice_id):
        rows = AuditEntry.objects.filter(subject_id=visit.id).order_by("id")
        return [action.partition(".")[2] for action in rows.values_list("action", flat=True)]


def touches(visit: Appointment) -> int:
    with acting_for(visit.practice_id):
        return Replan.objects.filter(subject_id=visit.client_id).count()


def do(what: Any, visit: Appointment, *args: Any, now: datetime = NOW, **given: Any) -> Appointment:
    what(visit.practice_id, visit.id, SYSTEM, *args, **given, now=now)
    return kept(visit)


class TestChange:
    def test_another_practitioner_is_nothing_to_tell_but_to_plan_for(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        before = touches(visit)
        changed = do(booking.change, visit, practitioner="Dr Ray")
        assert changed.practitioner.name == "Dr Ray"
        assert (changed.status, changed.sequence) == ("confirmed", 0)
        assert told(visit) == [(0, "booked", True)]
        assert actions(visit)[-1] == "change"
        assert touches(visit) == before + 1

    def test_a_practitioner_who_is_busy_then_is_refused(self) -> None:
        practice = make_practice()
        make_appointment(practice, at=TEN, practitioner="Dr Ray")
        visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        with pytest.raises(Conflict):
            do(booking.change, visit, practitioner="Dr Ray")
        assert kept(visit).practitioner.name == "Dr Shaw"

    def test_a_practitioner_who_was_overlapped_and_leaves_frees_the_time(self) -> None:
        practice = make_practice()
        visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        do(booking.change, visit, practitioner="Dr Ray")
        assert make_appointment(practice, at=TEN, practitioner="Dr Shaw").exclusive

    def test_another_place_is_told_as_a_move_and_asks_to_be_confirmed_anew(self) -> None:
        visit = make_appointment(make_practice(), at=TEN, place="Main")
        do(booking.confirm, visit)
        changed = do(booking.change, visit, place="West", now=NOW + HOUR)
        assert (changed.place and changed.place.name, changed.starts_at) == ("West", TEN)
        assert (changed.status, changed.sequence) == ("booked", 1)
        assert changed.scheduled_at == NOW + HOUR
        assert told(visit) == [(0, "booked", True), (1, "moved", True)]
        with acting_for(visit.practice_id):
            places = AppointmentChange.objects.order_by("sequence").values_list("place__name")
            assert [name for (name,) in places] == ["Main", "West"]

    def test_a_place_of_another_zone_keeps_the_local_time(self) -> None:
        practice = make_practice()
        catalogue.add(Place, practice.id, SYSTEM, name="West", timezone="America/Los_Angeles")
        visit = do(booking.change, make_appointment(practice, at=TEN), place="West")
        assert (visit.local_time, visit.zone) == (time(10), "America/Los_Angeles")
        assert visit.starts_at == TEN + 3 * HOUR
        assert visit.ends_at - visit.starts_at == timedelta(minutes=30)

    def test_a_place_can_be_taken_away_and_what_is_not_given_stays(self) -> None:
        visit = make_appointment(make_practice(), at=TEN, place="Main", type="Physio", minutes=45)
        changed = do(booking.change, visit, place=None)
        assert changed.place is None
        assert (changed.type.name, changed.starts_at, changed.ends_at) == (
            "Physio",
            TEN,
            TEN + timedelta(minutes=45),
        )

    def test_the_same_again_changes_nothing(self) -> None:
        visit = make_appointment(make_practice(), at=TEN, place="Main")
        before = (actions(visit), touches(visit))
        do(
            booking.change,
            visit,
            place="Main",
            type="Check-up",
            practitioner=visit.practitioner_id,
            starts_at=TEN,
            minutes=30,
        )
        assert (actions(visit), touches(visit)) == before

    def test_a_type_that_allows_double_booking_gives_its_time_back(self) -> None:
        practice = make_practice()
        catalogue.add(
            AppointmentType, practice.id, SYSTEM, name="Group", allows_double_booking=True
        )
        visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        do(booking.change, visit, type="Group")
        assert make_appointment(practice, at=TEN, practitioner="Dr Shaw").exclusive
        with pytest.raises(Conflict):
            do(booking.change, visit, type="Check-up")

    def test_what_is_out_of_use_is_not_taken_but_kept_where_it_is(self) -> None:
        practice = make_practice()
        visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        other = make_appointment(practice, at=TEN, practitioner="Dr Ray")
        catalogue.change(Practitioners, practice.id, visit.practitioner_id, SYSTEM, active=False)
        for ask in (
            lambda: make_appointment(practice, practitioner="Dr Shaw"),
            lambda: do(booking.change, other, practitioner="Dr Shaw"),
        ):
            with pytest.raises(Refused) as refused:
                ask()
            assert refused.value.field == "practitioner"
        changed = do(booking.change, visit, type="Physio", starts_at=TEN + HOUR)
        assert (changed.type.name, changed.practitioner.name) == ("Physio", "Dr Shaw")

    def test_moved_back_at_once_what_the_client_confirmed_stands(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        assert do(booking.move, visit, starts_at=TEN + HOUR).status == "booked"
        assert do(booking.move, visit, starts_at=TEN, now=NOW + SOON).status == "confirmed"

    def test_moved_back_later_or_elsewhere_the_client_is_asked_anew(self) -> None:
        practice = make_practice()
        for at, later in ((TEN, booking.UNDO + SOON), (TEN + 2 * HOUR, SOON)):
            visit = do(booking.confirm, make_appointment(practice, at=TEN))
            do(booking.move, visit, starts_at=TEN + HOUR)
            assert do(booking.move, visit, starts_at=at, now=NOW + later).status == "booked"


class TestReopen:
    def test_at_once_it_is_as_it_was(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        do(booking.cancel, visit)
        again = do(booking.reopen, visit, now=NOW + SOON)
        assert (again.status, again.sequence, again.exclusive) == ("confirmed", 2, True)
        assert told(visit) == [(0, "booked", True), (1, "cancelled", True), (2, "booked", True)]
        assert actions(visit)[-1] == "reopen"

    def test_later_the_client_is_asked_anew(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        do(booking.cancel, visit)
        again = do(booking.reopen, visit, tell=False, now=NOW + HOUR)
        assert (again.status, again.scheduled_at) == ("booked", NOW + HOUR)
        assert told(visit)[-1] == (2, "booked", False)

    def test_one_that_is_not_cancelled_stays_as_it_is(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        assert do(booking.reopen, visit).sequence == 0
        assert actions(visit) == ["book"]

    def test_a_time_that_another_took_or_that_is_past_is_refused(self) -> None:
        practice = make_practice()
        visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        do(booking.cancel, visit)
        with pytest.raises(Conflict, match="past"):
            do(booking.reopen, visit, now=TEN + HOUR)
        make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        with pytest.raises(Conflict, match="another visit"):
            do(booking.reopen, visit)
        assert kept(visit).status == "cancelled"


class TestMark:
    def test_whoever_arrived_waits_and_their_visit_stays_ahead(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        came = TEN - timedelta(minutes=5)
        arrived = do(booking.mark, visit, "arrived", now=came)
        assert (arrived.arrived_at, arrived.status, arrived.sequence) == (came, "confirmed", 0)
        again = do(booking.mark, visit, "arrived", now=TEN)
        assert again.arrived_at == came
        assert do(booking.unmark, visit, "arrived").arrived_at is None
        assert actions(visit)[-2:] == ["arrived", "not_arrived"]

    @pytest.mark.parametrize("mark", ["done", "no_show"])
    @pytest.mark.parametrize("confirmed", [True, False])
    def test_a_mark_is_undone_to_what_was_before(self, mark: str, confirmed: bool) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        if confirmed:
            do(booking.confirm, visit)
        was = kept(visit).status
        assert do(booking.mark, visit, mark, now=TEN).status == mark
        assert do(booking.unmark, visit, mark).status == was
        assert do(booking.unmark, visit, mark).status == was
        assert told(visit) == [(0, "booked", True)]
        assert actions(visit)[-2:] == [mark, f"not_{mark}"]

    def test_a_slip_between_done_and_no_show_is_put_right(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        do(booking.mark, visit, "no_show", now=TEN)
        assert do(booking.mark, visit, "done", now=TEN).status == "done"
        assert do(booking.unmark, visit, "no_show").status == "done"
        assert do(booking.unmark, visit, "done").status == "confirmed"

    def test_a_no_show_has_not_arrived(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        do(booking.mark, visit, "arrived", now=TEN)
        assert do(booking.mark, visit, "no_show", now=TEN).arrived_at is None

    def test_the_day_is_the_places(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        midnight = datetime(2026, 3, 9, 4, tzinfo=UTC)
        with pytest.raises(Conflict, match="later day"):
            do(booking.mark, visit, "done", now=midnight - timedelta(seconds=1))
        with pytest.raises(Conflict, match="begun"):
            do(booking.mark, visit, "no_show", now=midnight)
        assert do(booking.mark, visit, "done", now=midnight).status == "done"

    def test_what_is_over_or_cancelled_takes_no_arrival_and_other_words_are_refused(self) -> None:
        practice = make_practice()
        over, cancelled = make_appointment(practice, at=TEN), make_appointment(practice, at=TEN)
        do(booking.mark, over, "done", now=TEN)
        do(booking.cancel, cancelled)
        for visit, mark in ((over, "arrived"), (cancelled, "arrived"), (cancelled, "done")):
            with pytest.raises(Conflict):
                do(booking.mark, visit, mark, now=TEN)
        for word in ("booked", "cancelled", ""):
            with pytest.raises(Refused):
                do(booking.mark, over, word, now=TEN)

    def test_an_undone_mark_whose_time_was_given_away_is_refused(self) -> None:
        practice = make_practice()
        visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        do(booking.mark, visit, "done", now=TEN)
        make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        with pytest.raises(Conflict):
            do(booking.unmark, visit, "done")
        assert kept(visit).status == "done"

    def test_an_answer_is_taken_back(self) -> None:
        visit = do(booking.confirm, make_appointment(make_practice(), at=TEN))
        for _ in range(2):
            assert do(booking.unconfirm, visit).status == "booked"
        assert actions(visit) == ["book", "confirm", "unconfirm"]


class TestHush:
    def test_the_last_change_is_hushed_and_told_after_all(self) -> None:
        visit = do(booking.move, make_appointment(make_practice(), at=TEN), starts_at=TEN + HOUR)
        before = touches(visit)
        for _ in range(2):
            booking.hush(visit.practice_id, visit.id, 1, SYSTEM)
        assert told(visit) == [(0, "booked", True), (1, "moved", False)]
        booking.tell_anyway(visit.practice_id, visit.id, 1, SYSTEM)
        assert told(visit)[-1] == (1, "moved", True)
        assert actions(visit)[-2:] == ["hush", "tell"]
        assert touches(visit) == before + 2

    def test_a_change_that_was_overtaken_or_never_was_is_refused(self) -> None:
        visit = do(booking.move, make_appointment(make_practice(), at=TEN), starts_at=TEN + HOUR)
        with pytest.raises(Conflict):
            booking.hush(visit.practice_id, visit.id, 0, SYSTEM)
        with pytest.raises(NotFound):
            booking.hush(visit.practice_id, visit.id, 2, SYSTEM)
        with pytest.raises(NotFound):
            booking.hush(make_practice().id, visit.id, 1, SYSTEM)
        assert [tell for *_, tell in told(visit)] == [True, True]


def test_another_practices_visit_is_not_found() -> None:
    visit, other = make_appointment(make_practice()), make_practice()
    make_client(other)
    for ask in (booking.change, booking.reopen, booking.unconfirm):
        with pytest.raises(NotFound):
            ask(other.id, visit.id, SYSTEM, now=NOW)
    for act in (booking.mark, booking.unmark):
        with pytest.raises(NotFound):
            act(other.id, visit.id, SYSTEM, "done", NOW)
    with pytest.raises(NotFound):
        booking.change(other.id, visit.id, SYSTEM, practitioner="Dr Ray", now=NOW)
