"""Scheduled and sent: one table of all messages, counted by state, filtered, exported."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.shortcuts import render

from carepost.messaging import board
from carepost.practice import audit
from carepost.web import lists, words
from carepost.web.frame import StaffRequest, page
from carepost.web.messages import asked as asking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpResponse

    from carepost.messaging.board import Filter
    from carepost.messaging.models import Message

EXPORTED = 50_000


@page("messages:read")
def messages(request: StaffRequest) -> HttpResponse:
    """The page; its table alone is swapped as one filters."""
    visitor, asked = request.visitor, asking.read(request)
    found = lists.cut_rows(request, board.messages(visitor.practice_id, asked))
    visitor.has_read("message", [row.id for row in found.rows])
    shown = {
        "page": found,
        "asked": asked,
        "day": request.GET.get("day", ""),
        "counts": _counts(visitor.practice_id, asked),
        "kinds": words.KINDS.items(),
        "channels": ("sms", "email"),
        "query": _without_state(request),
    }
    return render(request, "web/messages/list.html", shown)


def _counts(practice_id: UUID, asked: Filter) -> list[tuple[str, str]]:
    """How many of each state, counted no further than anybody reads."""
    numbers = board.counts(practice_id, asked)
    return [
        (str(status), str(number) if number <= board.MOST else f"{board.MOST}+")
        for status, number in numbers.items()
    ]


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
