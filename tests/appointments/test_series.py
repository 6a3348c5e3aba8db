"""Visits that repeat: booked, changed, cancelled and opened again, one, the rest, or all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carepost.appointments import booking, series
from carepost.appointments.models import Appointment, AppointmentChange, Series
from carepost.appointments.recurrence import Repeat
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_client, make_practice

if TYPE_CHECKING:
    from carepost.practice.models import Practice

pytestmark = pytest.mark.usefixtures("db")
TEN = datetime(2026, 3, 2, 15, tzinfo=UTC)  # Monday, 10:00 in New York; the clocks change on 8
WEEK = timedelta(weeks=1)
WEEKLY = Repeat("weekly", count=4)


def make_series(practice: Practice, repeat: Repeat = WEEKLY, **given: Any) -> series.Done:
    given = {
        "client_id": given.pop("client_id", None) or make_client(practice).id,
        "type": "Physio",
        "practitioner": "Dr Shaw",
        "starts_at": TEN,
        "minutes": 30,
        "now": NOW - WEEK,
    } | given
    return series.book(practice.id, SYSTEM, repeat=repeat, **given)


def do(what: Any, visit: Appointment, **given: Any) -> series.Done:
    return what(visit.practice_id, visit.id, SYSTEM, **{"now": NOW - WEEK} | given)


def kept(practice: Practice) -> list[Appointment]:
    with acting_for(practice.id):
        return list(Appointment.objects.filter(series__isnull=False).order_by("occurrence"))


def walls(practice: Practice) -> list[tuple[int, str]]:
    """Each occurrence that is on, with its day and time on a clock."""
    return [
        (v.occurrence or 0, f"{v.local_date:%d %b} {v.local_time:%H:%M}")
        for v in kept(practice)
        if v.status != "cancelled"
    ]


class TestBook:
    def test_each_is_a_visit_at_one_local_time_over_a_change_of_the_clocks(self) -> None:
        practice = make_practice()
        done = make_series(practice)
        assert walls(practice) == [
            (1, "02 Mar 10:00"),
            (2, "09 Mar 10:00"),
            (3, "16 Mar 10:00"),
            (4, "23 Mar 10:00"),
        ]
        assert [v.starts_at.hour for v in kept(practice)] == [15, 14, 14, 14]
        with acting_for(practice.id):
            row = Series.objects.get()
            assert (row.id, row.rule) == (done.series_id, "FREQ=WEEKLY;COUNT=4")
            assert (row.local_date, row.local_time) == (date(2026, 3, 2), time(10))

    def test_the_client_is_told_of_the_first_alone(self) -> None:
        practice = make_practice()
        make_series(practice)
        with acting_for(practice.id):
            rows = AppointmentChange.objects.order_by("starts_at")
            assert list(rows.values_list("tell", flat=True)) == [True, False, False, False]

    def test_one_without_room_undoes_all_and_says_which(self) -> None:
        practice = make_practice()
        third = TEN + 2 * WEEK - timedelta(hours=1)
        other = make_appointment(practice, at=third, practitioner="Dr Shaw")
        with pytest.raises(series.NoRoom) as refused:
            make_series(practice)
        (taken,) = refused.value.taken
        assert taken.occurrence == 3
        assert taken.starts_at == third
        assert "another visit" in taken.why
        with acting_for(practice.id):
            assert list(Appointment.objects.all()) == [other]
            assert not Series.objects.exists()

    def test_those_without_room_are_left_out_where_that_is_asked(self) -> None:
        practice = make_practice()
        make_appointment(practice, at=TEN, practitioner="Dr Shaw")
        done = make_series(practice, skip_conflicts=True)
        assert [taken.occurrence for taken in done.skipped] == [1]
        assert [v.occurrence for v in done.visits] == [2, 3, 4]
        with acting_for(practice.id):
            first = AppointmentChange.objects.get(appointment=done.visits[0])
        assert first.tell

    def test_where_none_has_room_nothing_is_left_to_skip(self) -> None:
        practice = make_practice()
        make_series(practice)
        with pytest.raises(series.NoRoom) as refused:
            make_series(practice, skip_conflicts=True)
        assert len(refused.value.taken) == 4

    def test_a_day_that_is_shorter_for_its_clocks_puts_one_in_the_way_of_the_next(self) -> None:
        saturday = TEN + timedelta(days=5)
        with pytest.raises(series.NoRoom) as refused:
            make_series(make_practice(), Repeat("daily", count=3), starts_at=saturday, minutes=1440)
        assert [taken.occurrence for taken in refused.value.taken] == [2]

    def test_bad_input_is_refused_and_makes_nothing(self) -> None:
        practice = make_practice()
        with pytest.raises(Refused):
            make_series(practice, Repeat("weekly", count=3, weekdays=("tu",)))
        with pytest.raises(NotFound):
            make_series(practice, client_id=make_practice().id)
        assert kept(practice) == []


class TestChange:
    @pytest.mark.parametrize(
        ("scope", "moved"),
        [("this", {2}), ("following", {2, 3, 4}), ("all", {1, 2, 3, 4})],
    )
    def test_those_meant_move_by_as_much_on_their_own_clocks(
        self, scope: str, moved: set[int]
    ) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        to = visits[1].starts_at + timedelta(days=1, hours=2)
        do(series.change, visits[1], scope=scope, starts_at=to)
        days = {1: 2, 2: 9, 3: 16, 4: 23}
        assert walls(practice) == [
            (n, f"{day + (n in moved):02} Mar {12 if n in moved else 10}:00")
            for n, day in days.items()
        ]

    def test_a_series_moves_onto_its_own_times_forwards_and_back(self) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        before = walls(practice)
        later = visits[0].starts_at + WEEK - timedelta(hours=1)  # over the change of the clocks
        do(series.change, visits[0], scope="all", starts_at=later)
        assert [wall for _, wall in walls(practice)] == [
            "09 Mar 10:00",
            "16 Mar 10:00",
            "23 Mar 10:00",
            "30 Mar 10:00",
        ]
        do(series.change, visits[0], scope="all", starts_at=TEN)
        assert walls(practice) == before

    def test_one_without_room_undoes_all_or_stays_where_it_was(self) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        hour = timedelta(hours=1)
        make_appointment(practice, at=visits[2].starts_at + hour, practitioner="Dr Shaw")
        before = walls(practice)
        to = {"starts_at": visits[1].starts_at + hour, "scope": "following"}
        with pytest.raises(series.NoRoom) as refused:
            do(series.change, visits[1], **to)
        assert [taken.occurrence for taken in refused.value.taken] == [3]
        assert walls(practice) == before
        done = do(series.change, visits[1], skip_conflicts=True, **to)
        assert [v.occurrence for v in done.visits] == [2, 4]
        assert [wall[-5:] for _, wall in walls(practice)] == ["10:00", "11:00", "10:00", "11:00"]

    def test_what_lies_behind_or_is_over_stays(self) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        booking.cancel(practice.id, visits[2].id, SYSTEM, now=NOW)
        do(
            series.change, visits[1], scope="all", practitioner="Dr Ray",
            now=TEN + timedelta(hours=1),
        )  # fmt: skip
        with acting_for(practice.id):
            names = Appointment.objects.filter(series__isnull=False).order_by("occurrence")
            assert list(names.values_list("practitioner__name", flat=True)) == [
                "Dr Shaw",
                "Dr Ray",
                "Dr Shaw",
                "Dr Ray",
            ]

    def test_a_visit_of_no_series_is_its_own_scope(self) -> None:
        visit = make_appointment(make_practice(), at=TEN)
        done = do(series.change, visit, scope="all", starts_at=TEN + WEEK)
        assert [v.id for v in done.visits] == [visit.id]
        assert done.series_id is None

    def test_another_scope_and_another_practices_visit_are_refused(self) -> None:
        visit = make_series(make_practice()).visits[0]
        with pytest.raises(Refused):
            do(series.change, visit, scope="some")
        for act in (series.change, series.cancel, series.reopen):
            with pytest.raises(NotFound):
                act(make_practice().id, visit.id, SYSTEM, now=NOW)


class TestCancel:
    def test_the_rest_is_cancelled_and_opened_again_together(self) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        booking.cancel(practice.id, visits[3].id, SYSTEM, now=NOW - 2 * WEEK)
        before = walls(practice)
        do(series.cancel, visits[1], scope="following", now=NOW)
        assert [n for n, _ in walls(practice)] == [1]
        with acting_for(practice.id):
            told = AppointmentChange.objects.filter(what="cancelled", tell=True, at=NOW)
            assert told.count() == 2
        do(series.reopen, visits[2], now=NOW + timedelta(seconds=8))
        assert walls(practice) == before

    def test_what_cannot_be_opened_again_keeps_all_cancelled(self) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        do(series.cancel, visits[0], scope="all", now=NOW - WEEK)
        make_appointment(practice, at=visits[3].starts_at, practitioner="Dr Shaw")
        with pytest.raises(series.NoRoom) as refused:
            do(series.reopen, visits[0])
        assert [taken.occurrence for taken in refused.value.taken] == [4]
        assert walls(practice) == []

    def test_one_alone_is_opened_again_alone(self) -> None:
        practice = make_practice()
        visits = make_series(practice).visits
        do(series.cancel, visits[1])
        do(series.cancel, visits[2], now=NOW - WEEK + timedelta(seconds=1))
        do(series.reopen, visits[1])
        assert [n for n, _ in walls(practice)] == [1, 2, 4]

    def test_a_cancelled_one_has_nothing_following(self) -> None:
        visits = make_series(make_practice()).visits
        do(series.cancel, visits[1])
        with pytest.raises(Conflict):
            do(series.cancel, visits[1], scope="following")


@given(
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from(
        ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "America/Havana", "UTC"]
    ),
    count=st.integers(2, 8),
    interval=st.integers(1, 12),
    shift=st.tuples(st.integers(-40, 40), st.integers(-600, 600)),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_clocks_on_the_wall_show_what_was_agreed_after_booking_and_moving(
    first: date, clock: time, zone: str, count: int, interval: int, shift: tuple[int, int]
) -> None:
    """Whatever the zone's clocks do: but in a gap, where a visit is later by the gap (RULES C3)."""
    there = ZoneInfo(zone)
    starts_at = datetime.combine(first, clock, there).astimezone(UTC)
    with transaction.atomic():
        practice = make_practice(timezone=zone)
        repeat = Repeat("weekly", interval, count)
        early = datetime(2025, 1, 1, tzinfo=UTC)
        visits = make_series(practice, repeat, starts_at=starts_at, now=early).visits
        agreed = _wall(starts_at, there)
        days = [agreed + timedelta(weeks=interval * n) for n in range(count)]
        assert [v.starts_at for v in visits] == [_meant(day, there) for day in days]

        by = timedelta(days=shift[0], minutes=shift[1])
        to = _meant(agreed + by, there)
        moved = _wall(to, there) - agreed
        do(series.change, visits[0], scope="all", starts_at=to, now=early)
        walls_ = [_wall(_meant(day, there), there) + moved for day in days]
        assert [v.starts_at for v in kept(practice)] == [_meant(wall, there) for wall in walls_]
        transaction.set_rollback(True)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _meant(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)
