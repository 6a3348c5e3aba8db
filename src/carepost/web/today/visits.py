"""The visits of today and tomorrow, each with its answer and whether its client hears from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, Window
from django.db.models.functions import RowNumber

from carepost.appointments.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from carepost.messaging.why import Hearing
    from carepost.web.visitor import Visitor

SHOWN = 12
"""Visits of a day that are shown; whoever has more looks into the calendar."""
OVER = timedelta(hours=1)
"""How long a visit of today is shown after its end."""


@dataclass(frozen=True, slots=True)
class Row:
    """One visit, and what is to be said of its messages."""

    visit: Appointment
    hearing: Hearing | None


@dataclass(frozen=True, slots=True)
class Day:
    """The first visits of a day that are not over, by time. `total`: how many there are."""

    name: str  # today, tomorrow
    date: date
    visits: Sequence[Appointment]
    total: int

    def rows(self, heard: Mapping[UUID, Hearing]) -> list[Row]:
        """The visits, each with what was heard of it."""
        return [Row(visit, heard.get(visit.id)) for visit in self.visits]


def two_days(visitor: Visitor) -> list[Day]:
    """Today and tomorrow, on the practice's clocks. One statement, however many visits."""
    dates = [visitor.today + timedelta(days=n) for n in range(3)]
    start, middle, end = (datetime.combine(date, time(), visitor.zone) for date in dates)
    tomorrow = ExpressionWrapper(Q(starts_at__gte=middle), BooleanField())
    found = list(
        visitor.own(Appointment.objects.all())
        .filter(practice_id=visitor.practice_id, starts_at__gte=start, starts_at__lt=end)
        .filter(ends_at__gt=visitor.now - OVER)
        .exclude(status="cancelled")
        .annotate(
            place_in_day=Window(RowNumber(), partition_by=tomorrow, order_by=["starts_at", "id"]),
            of_day=Window(Count("id"), partition_by=tomorrow),
        )
        .filter(place_in_day__lte=SHOWN)
        .select_related("client", "practitioner", "place")
        .defer("client__sealed_key")
        .order_by("starts_at", "id")
    )
    return [
        Day(name, date, visits, visits[0].of_day if visits else 0)
        for name, date, visits in (
            ("today", dates[0], [visit for visit in found if visit.starts_at < middle]),
            ("tomorrow", dates[1], [visit for visit in found if visit.starts_at >= middle]),
        )
    ]


def ahead(days: Iterable[Day], visitor: Visitor) -> list[UUID]:
    """Those that have not begun: of them it is told whether their clients hear from us."""
    return [v.id for day in days for v in day.visits if v.starts_at > visitor.now]
