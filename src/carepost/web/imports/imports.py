"""Imports: those that were made, and one with each row's fate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.translation import gettext_noop as _

from carepost.appointments.models import Import
from carepost.practice.errors import NotFound
from carepost.web import lists
from carepost.web.frame import StaffRequest, page
from carepost.web.words import Look

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

FATES: dict[str, Look] = {
    "create": Look(_("New"), "plus", "well"),
    "move": Look(_("Moves"), "calendar-time", "busy"),
    "cancel": Look(_("Cancels"), "circle-x", "warn"),
    "change": Look(_("Changes"), "edit", "busy"),
    "unchanged": Look(_("As it was"), "check", "quiet"),
    "refuse": Look(_("Refused"), "alert-triangle", "ill"),
    "note": Look(_("Note"), "info-circle", "calm"),
}
STATUSES: dict[str, Look] = {
    "checked": Look(_("Tried, not applied"), "test-pipe", "calm"),
    "running": Look(_("Running"), "loader", "busy"),
    "done": Look(_("Done"), "check", "well"),
    "failed": Look(_("Stopped"), "alert-triangle", "ill"),
    "undone": Look(_("Undone"), "arrow-back-up", "quiet"),
}


@page("imports:read")
def imports(request: StaffRequest) -> HttpResponse:
    """All, newest first."""
    found = lists.cut_rows(request, Import.objects.order_by("-created_at", "-id"))
    return render(request, "web/imports/list.html", {"page": found, "statuses": STATUSES})


@page("imports:read")
def one(request: StaffRequest, import_id: UUID) -> HttpResponse:
    """What each row would do, or did; while it runs, how far it is."""
    row = find(import_id)
    fate = request.GET.get("fate", "")
    told = [each for each in row.report if not fate or each.get("fate") == fate]
    told.sort(key=lambda each: (each.get("fate") not in ("note", "refuse"), each.get("row") or 0))
    found: lists.Page[Any] = lists.cut(
        request, lambda start, limit: told[start : start + limit], lambda most: len(told[:most])
    )
    values = {
        "import": row,
        "page": found,
        "fate": fate,
        "fates": FATES,
        "status": STATUSES[row.status],
        "counts": _counts(row),
        "changes": row.created + row.moved + row.cancelled + _changed(row),
    }
    response = render(request, "web/imports/import.html", values)
    if request.headers.get("HX-Target") == "import" and row.status != "running":
        response["HX-Refresh"] = "true"  # it is over: what can be done with it stands at the top
    return response


def find(import_id: UUID) -> Import:
    """The import. Raises NotFound."""
    row = Import.objects.filter(id=import_id).first()
    if row is None:
        raise NotFound("There is no such import.")
    return row


def _changed(row: Import) -> int:
    return sum(each.get("fate") == "change" for each in row.report)


def _counts(row: Import) -> list[tuple[str, Look, int]]:
    numbers = {
        "create": row.created, "move": row.moved, "cancel": row.cancelled,
        "change": _changed(row), "unchanged": row.unchanged, "refuse": row.refused,
    }  # fmt: skip
    return [(code, FATES[code], number) for code, number in numbers.items() if number]
