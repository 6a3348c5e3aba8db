"""All templates: whose words are used, and how they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from carepost.messaging.models import Template
from carepost.people.models import Client
from carepost.web.frame import StaffRequest, page
from carepost.web.wording import sorts

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("rules:read")
def templates(request: StaffRequest) -> HttpResponse:
    """One row for each sort, in the languages that the practice and its clients have."""
    practice = request.visitor.practice
    clients = request.visitor.own(Client.objects.exclude(language=""), "id")
    spoken = set(clients.values_list("language", flat=True).distinct())
    languages = [
        code
        for code in sorts.LANGUAGES
        if code in {"en", practice.language, *spoken}
    ]  # fmt: skip
    newest: dict[tuple[str, str, str, str], Template] = {}
    for row in Template.objects.filter(rule__isnull=True).order_by("version"):
        newest[row.kind, row.what, row.channel, row.language] = row
    shown = []
    for sort in sorts.every(languages):
        own = newest.get((sort.kind, sort.what, sort.channel, sort.language))
        shown.append((sort, own, own.body if own else sorts.usual(sort)[1]))
    return render(request, "web/wording/list.html", {"templates": shown})
