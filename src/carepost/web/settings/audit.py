"""The audit trail: who did what, searched and exported (RULES E3)."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.shortcuts import render

from carepost.practice import audit as trails
from carepost.practice.models import AuditEntry
from carepost.web import lists
from carepost.web.frame import StaffRequest, page
from carepost.web.settings import deeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpResponse

MOST = 50_000
"""Rows of one export; what is older is exported by days."""


@page("audit:read")
def trail(request: StaffRequest) -> HttpResponse:
    """Entries, newest first."""
    found = lists.cut_rows(request, _asked(request))
    names = deeds.names_of(found.rows)
    shown = {
        "page": found,
        "deeds": [deeds.told(row, names) for row in found.rows],
        "sorts": deeds.SORTS.items(),
        "sort": request.GET.get("sort", ""),
        "day": request.GET.get("day", ""),
        "tab": "audit",
    }
    return render(request, "web/settings/audit.html", shown)


@page("audit:read")
def export(request: StaffRequest) -> StreamingHttpResponse:
    """The same as CSV, with ids; the export is an entry itself."""
    visitor = request.visitor
    rows = list(_asked(request)[:MOST])
    trails.record(visitor.practice_id, visitor.actor, "audit.export", "audit", rows=len(rows))
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _asked(request: StaffRequest) -> QuerySet[AuditEntry]:
    # The practice is named, though no other's are seen: so the index is read in its order.
    rows = AuditEntry.objects.filter(practice_id=request.visitor.practice_id)
    rows = rows.order_by("-at", "-id")
    sort = request.GET.get("sort", "")
    if sort in deeds.SORTS:
        rows = rows.filter(action__in=deeds.of_sort(sort))
    try:
        day = datetime.strptime(request.GET.get("day", ""), "%Y-%m-%d").date()
    except ValueError:
        return rows
    start = datetime.combine(day, time(), request.visitor.zone)
    return rows.filter(at__gte=start, at__lt=start + timedelta(days=1))


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(rows: list[AuditEntry]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(["at", "actor", "actor_id", "action", "subject", "subject_id", "detail"])
    for row in rows:
        yield writer.writerow(
            [row.at.isoformat(), row.actor_kind, row.actor_id or "", row.action,
             row.subject_kind, row.subject_id or "", _safe(str(row.detail))]
        )  # fmt: skip


def _safe(cell: str) -> str:
    # RULES E9: a spreadsheet must not take a cell for a formula.
    return "'" + cell if cell[:1] in "=+-@\t\r" else cell
