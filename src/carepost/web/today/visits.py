"""The visits of today and tomorrow, each with its answer and whether its client hears from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from carepost.appointments.models import Appointment
from carepost.messaging import why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carepost.web.visitor import Visitor

MOST = 120
"""Visits of two days that are shown; a practice with more looks into its calendar."""


@dataclass(frozen=True, slots=True)
class Row:
    """One visit, and what is to be said of its messages (`Any`: `why.Hearing`, or None)."""

    visit: Appointment
    hearing: Any


def two_days(visitor: Visitor) -> tuple[list[Row], list[Row]]:
    """Today's visits that are not over, and tomorrow's, by time."""
    start = datetime.combine(visitor.today, time(), visitor.zone)
    middle = datetime.combine(visitor.today + timedelta(days=1), time(), visitor.zone)
    end = datetime.combine(visitor.today + timedelta(days=2), time(), visitor.zone)
    visits = list(
        Appointment.objects.filter(
            practice_id=visitor.practice_id, starts_at__gte=start, starts_at__lt=end
        )
        .exclude(status="cancelled")
        .select_related("client", "practitioner", "place")
        .order_by("starts_at", "id")[:MOST]
    )
    rows = _with_hearing(visitor, visits)
    late = visitor.now - timedelta(hours=1)
    today = [row for row in rows if row.visit.starts_at < middle and row.visit.ends_at > late]
    return today, [row for row in rows if row.visit.starts_at >= middle]


def _with_hearing(visitor: Visitor, visits: Sequence[Appointment]) -> list[Row]:
    ahead = [visit.id for visit in visits if visit.starts_at > visitor.now]
    heard = why.will_hear_of(visitor.practice_id, ahead, visitor.now)
    return [Row(visit, heard.get(visit.id)) for visit in visits]
