"""The visits of today and tomorrow, each with its answer and whether its client hears from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from carepost.appointments.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from carepost.messaging.why import Hearing
    from carepost.web.visitor import Visitor

MOST = 120
"""Visits of two days that are shown; a practice with more looks into its calendar."""


@dataclass(frozen=True, slots=True)
class Row:
    """One visit, and what is to be said of its messages."""

    visit: Appointment
    hearing: Hearing | None


def two_days(visitor: Visitor) -> list[Appointment]:
    """Today's visits and tomorrow's, by time."""
    start, _, end = _midnights(visitor)
    return list(
        visitor.own(Appointment.objects.all())
        .filter(practice_id=visitor.practice_id, starts_at__gte=start, starts_at__lt=end)
        .exclude(status="cancelled")
        .select_related("client", "practitioner", "place")
        .defer("client__sealed_key")
        .order_by("starts_at", "id")[:MOST]
    )


def ahead(visits: Sequence[Appointment], visitor: Visitor) -> list[UUID]:
    """Those that have not begun: of them it is told whether their clients hear from us."""
    return [visit.id for visit in visits if visit.starts_at > visitor.now]


def shown(
    visits: Sequence[Appointment], heard: Mapping[UUID, Hearing], visitor: Visitor
) -> tuple[list[Row], list[Row]]:
    """Today's visits that are not over, and tomorrow's, with what was heard of them."""
    rows = [Row(visit, heard.get(visit.id)) for visit in visits]
    _, middle, _ = _midnights(visitor)
    late = visitor.now - timedelta(hours=1)
    today = [row for row in rows if row.visit.starts_at < middle and row.visit.ends_at > late]
    return today, [row for row in rows if row.visit.starts_at >= middle]


def _midnights(visitor: Visitor) -> list[datetime]:
    """Of today, tomorrow and the day after."""
    days = (visitor.today + timedelta(days=n) for n in range(3))
    return [datetime.combine(day, time(), visitor.zone) for day in days]
