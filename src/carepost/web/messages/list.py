"""Scheduled and sent: one table of all messages, counted by state, filtered, exported."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.shortcuts import render

from carepost.messaging import board
from carepost.messaging.board.filter import TROUBLES
from carepost.messaging.status import Status
from carepost.practice import audit
from carepost.web import lists, words
from carepost.web.frame import StaffRequest, page
from carepost.web.messages import asked as asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from carepost.messaging.board import Filter
    from carepost.messaging.models import Message

EXPORTED = 50_000


@page("messages:read")
def messages(request: StaffRequest) -> HttpResponse:
    """The page; its table alone is swapped as one filters."""
    visitor = request.visitor
    asked = asking.read(request).looked_up(visitor.practice_id)
    most = lists.MANY if asked.of_few else board.MOST
    numbers = board.counts(visitor.practice_id, asked, most)
    total = _total(numbers, asked) if asked.of_few else None
    found = lists.cut_rows(request, board.messages(visitor.practice_id, asked), total)
    visitor.has_read("message", [row.id for row in found.rows])
    shown = {
        "page": found,
        "asked": asked,
        "day": request.GET.get("day", ""),
        "counts": [(str(status), _said(number)) for status, number in numbers.items()],
        "kinds": words.KINDS.items(),
        "channels": ("sms", "email"),
        "query": _without_state(request),
    }
    return render(request, "web/messages/list.html", shown)


def _total(numbers: dict[Status, int], asked: Filter) -> int:
    """How many the list has, of what was counted by state: of one, of those in trouble, of all."""
    if asked.state == board.TROUBLE:
        return sum(numbers.get(status, 0) for status in TROUBLES)
    if asked.state:
        return numbers.get(Status(asked.state), 0)
    return sum(numbers.values())


def _said(number: int) -> str:
    """A count as it is shown, no further than anybody reads."""
    return str(number) if number <= board.MOST else f"{board.MOST}+"


def _without_state(request: StaffRequest) -> str:
    query = request.GET.copy()
    for name in ("state", "from"):
        query.pop(name, None)
    return query.urlencode()


@page("messages:read")
def export(request: StaffRequest) -> StreamingHttpResponse:
    """The same rows as CSV, without names or words; the export is an audit entry."""
    visitor, asked = request.visitor, asking.read(request)
    rows = list(board.messages(visitor.practice_id, asked)[:EXPORTED])
    audit.record(visitor.practice_id, visitor.actor, "message.export", "message", rows=len(rows))
    response = StreamingHttpResponse(
        _lines(rows, visitor.zone), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="messages.csv"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(rows: list[Message], zone: Any) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(["due", "sent", "kind", "method", "state", "client", "message"])
    for row in rows:
        sent = row.sent_at.astimezone(zone).isoformat(timespec="minutes") if row.sent_at else ""
        yield writer.writerow(
            [row.due_at.astimezone(zone).isoformat(timespec="minutes"), sent, row.kind,
             row.channel, row.status, row.client_id or "", row.id]
        )  # fmt: skip
