"""What becomes of a row: the source's newest word against its last and against the visit here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.appointments.imports import fates
from carepost.appointments.imports.fates import AHEAD, Fate, Visit, decide
from carepost.appointments.imports.said import Said
from carepost.appointments.imports.statuses import marked, status_of
from carepost.appointments.models import VisitStatus
from carepost.ground import ids

AT = datetime(2026, 3, 9, 13, tzinfo=UTC)
ANN = ids.fresh()
HOUR = timedelta(hours=1)
STATUSES = st.sampled_from(list(VisitStatus))
STARTS = st.sampled_from([AT, AT + HOUR, AT + timedelta(days=1)])


def said(at: datetime = AT, status: VisitStatus = VisitStatus.BOOKED, minutes: int = 30) -> Said:
    return Said(
        2, visit_id="V", external_id="V", client=ANN, type="Check-up", practitioner="Dr",
        starts_at=at, minutes=minutes, status=status,
    )  # fmt: skip


def visit(imported: Said, **now: object) -> Visit:
    """The visit that an import of `imported` left, with what changed here since."""
    start = imported.starts_at
    made = Visit(
        ids.fresh(), "V", ANN, imported.type, imported.practitioner, "", start,
        start + timedelta(minutes=imported.minutes or 30), imported.status.value, 0, imported.key,
        "UTC",
    )  # fmt: skip
    return replace(made, **now)  # type: ignore[arg-type]


def after(fate: Fate) -> Visit:
    """The visit as it stands when a fate has been carried out."""
    assert fate.visit
    return replace(
        fate.visit, starts_at=fate.starts_at, ends_at=fate.ends_at, status=fate.status,
        type=fate.type, practitioner=fate.practitioner, place=fate.place,
        sequence=fate.visit.sequence + bool(fate.what), imported_as=fate.said.key,
    )  # fmt: skip


@given(STARTS, STATUSES, STARTS, STATUSES, st.sampled_from([30, 45]))
def test_whatever_happened_here_a_file_that_says_nothing_new_changes_nothing(
    start: datetime, status: VisitStatus, here: datetime, stands: VisitStatus, minutes: int
) -> None:
    word = said(start, status, minutes)
    there = visit(word, starts_at=here, ends_at=here + HOUR, status=stands.value)
    fate = decide(word, there, 30)
    assert (fate.fate, fate.what) == ("unchanged", "")
    assert after(fate) == there


@given(STARTS, STATUSES, STARTS, STATUSES, STARTS, STATUSES)
def test_a_word_carried_out_is_carried_out_once(
    start: datetime, status: VisitStatus, here: datetime, stands: VisitStatus,
    new_start: datetime, new_status: VisitStatus,
) -> None:  # fmt: skip
    there = visit(said(start, status), starts_at=here, ends_at=here + HOUR, status=stands.value)
    first = decide(said(new_start, new_status), there, 30)
    assert decide(said(new_start, new_status), after(first), 30).fate == "unchanged"
    if first.what == "cancelled":
        assert first.status == VisitStatus.CANCELLED
    elif first.what:
        assert first.status in AHEAD


def test_a_moved_visit_is_told_and_must_be_confirmed_anew() -> None:
    fate = decide(said(AT + HOUR), visit(said(), status="confirmed"), 30)
    assert (fate.fate, fate.what, fate.starts_at, fate.status) == (
        "move",
        "moved",
        AT + HOUR,
        "booked",
    )
    assert fate.ends_at - fate.starts_at == timedelta(minutes=30)


def test_what_a_client_confirmed_stays_confirmed_though_the_source_knows_no_better() -> None:
    fate = decide(said(minutes=45), visit(said(), status="confirmed"), 30)
    assert (fate.fate, fate.what, fate.status) == ("change", "", "confirmed")


def test_a_visit_cancelled_here_stays_cancelled_until_the_source_moves_it() -> None:
    there = visit(said(), status="cancelled")
    assert decide(said(), there, 30).fate == "unchanged"
    stays = decide(said(minutes=45), there, 30)
    assert (stays.fate, stays.reason) == ("unchanged", fates.CANCELLED_HERE)
    assert decide(said(AT + HOUR), there, 30).what == "booked"


def test_a_visit_the_source_cancelled_and_books_again_is_on_again() -> None:
    there = visit(said(status=VisitStatus.CANCELLED))
    fate = decide(said(), there, 30)
    assert (fate.fate, fate.what, fate.status, fate.placed) == ("move", "booked", "booked", True)


def test_the_visit_of_another_client_is_left_alone() -> None:
    fate = decide(said(), visit(said(), client=ids.fresh()), 30)
    assert (fate.fate, fate.reason) == ("refuse", fates.OTHER_CLIENT)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("", "booked"), ("Show", "booked"), ("ACCEPTED", "booked"), ("Confirmed", "confirmed"),
        ("Late Canceled", "cancelled"), ("CANCELLED_BY_CUSTOMER", "cancelled"),
        ("No-Show", "no_show"), ("Did Not Arrive", "no_show"), ("Arrived", "done"),
    ],
)  # fmt: skip
def test_the_words_of_other_programs_are_known(word: str, status: str) -> None:
    assert status_of(word).value == status


@pytest.mark.parametrize(
    ("cell", "is_marked"),
    [("", False), ("false", False), ("No", False), ("Yes", True), ("2026-03-01T09:00:00Z", True)],
)
def test_a_column_is_marked_by_a_yes_or_a_date(cell: str, is_marked: bool) -> None:
    assert marked(cell) is is_marked
