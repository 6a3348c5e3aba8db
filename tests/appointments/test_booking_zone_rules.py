"""When the rules of a zone change, visits keep their local time and get its new instant."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db.models import F

from carepost.appointments import booking, local_time
from carepost.appointments.models import Appointment, Place
from carepost.appointments.zone_rules import recompute_instants
from carepost.practice.audit import SYSTEM
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_practice

pytestmark = pytest.mark.usefixtures("db")
TEN = datetime(2026, 3, 9, 14, tzinfo=UTC)  # 10:00 in New York
HOUR = timedelta(hours=1)


def as_if_by_former_rules(practice: object, by: timedelta = HOUR, **which: object) -> None:
    """Shift stored instants, as a tzdata of before a change would have had them."""
    with acting_for(practice.id):
        rows = Appointment.objects.filter(**which)
        flags = dict(rows.values_list("id", "exclusive"))
        rows.update(exclusive=False)  # one by one they would hit each other
        rows.update(starts_at=F("starts_at") + by, ends_at=F("ends_at") + by)
        rows.filter(id__in=[id_ for id_, exclusive in flags.items() if exclusive]).update(
            exclusive=True
        )
        Replan.objects.all().delete()


def kept(visit: Appointment) -> Appointment:
    with acting_for(visit.practice_id):
        return Appointment.objects.get(id=visit.id)


def test_a_visit_ahead_is_moved_to_what_its_local_time_means_and_planned_again() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=TEN)
    right = make_appointment(practice, at=TEN)
    as_if_by_former_rules(practice, id=visit.id)
    assert recompute_instants(practice.id, NOW) == 1
    now = kept(visit)
    assert (now.starts_at, now.ends_at) == (TEN, TEN + timedelta(minutes=30))
    assert (now.local_time, now.sequence, now.exclusive) == (time(10), 0, True)
    with acting_for(practice.id):
        assert set(Replan.objects.values_list("subject_id", flat=True)) == {visit.client_id}
        entry = AuditEntry.objects.get(action="appointment.zone_rules")
        assert entry.subject_id == visit.id
    assert kept(right).starts_at == TEN


def test_when_nothing_changed_nothing_is_written() -> None:
    practice = make_practice()
    make_appointment(practice, at=TEN)
    as_if_by_former_rules(practice, timedelta())
    assert recompute_instants(practice.id, NOW) == 0
    with acting_for(practice.id):
        assert not Replan.objects.exists()


@pytest.mark.parametrize("by", [HOUR, -HOUR, timedelta(minutes=30)])
def test_a_full_day_of_one_practitioner_moves_without_hitting_itself(by: timedelta) -> None:
    practice = make_practice()
    visits = [
        make_appointment(practice, at=TEN + n * HOUR / 2, practitioner="Dr Shaw") for n in range(8)
    ]
    as_if_by_former_rules(practice, by)
    assert recompute_instants(practice.id, NOW) == 8
    for visit in visits:
        now = kept(visit)
        assert (now.starts_at, now.exclusive, now.overlaps) == (visit.starts_at, True, False)


def test_visits_that_come_to_overlap_are_kept_and_flagged() -> None:
    practice = make_practice()
    visit = make_appointment(practice, at=TEN, practitioner="Dr Shaw")
    as_if_by_former_rules(practice, 3 * HOUR)
    # Booked meanwhile, by the new rules, in a place whose zone they left alone.
    with acting_for(practice.id):
        Place.objects.create(practice=practice, name="West", timezone="America/Los_Angeles")
    other = make_appointment(practice, at=TEN, practitioner="Dr Shaw", place="West")
    assert recompute_instants(practice.id, NOW) == 1
    assert (kept(visit).starts_at, kept(visit).exclusive, kept(visit).overlaps) == (
        TEN,
        False,
        True,
    )
    assert (kept(other).exclusive, kept(other).overlaps) == (True, False)


def test_what_is_over_or_cancelled_is_left() -> None:
    practice = make_practice()
    past = make_appointment(practice, at=NOW - timedelta(days=3))
    cancelled = make_appointment(practice, at=TEN)
    booking.cancel(practice.id, cancelled.id, SYSTEM, now=NOW)
    as_if_by_former_rules(practice)
    assert recompute_instants(practice.id, NOW) == 0
    assert kept(past).starts_at == past.starts_at + HOUR


def test_another_practices_visits_are_left() -> None:
    practice, other = make_practice(), make_practice()
    theirs = make_appointment(other, at=TEN)
    as_if_by_former_rules(other)
    assert recompute_instants(practice.id, NOW) == 0
    assert kept(theirs).starts_at == TEN + HOUR


def test_the_second_showing_of_an_autumn_hour_stays_the_second() -> None:
    practice = make_practice()
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 1:30 in New York, once more
    visit = make_appointment(practice, at=second)
    assert local_time.instant(visit.local_date, visit.local_time, visit.zone) == second - HOUR
    assert recompute_instants(practice.id, NOW) == 0
    assert kept(visit).starts_at == second
