"""The rules, each a sentence with what it did last week and will do in the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from carepost.messaging import board, sayings
from carepost.messaging.models import Rule
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("rules:read")
def rules(request: StaffRequest) -> HttpResponse:
    """Those that are on, then those that are off."""
    visitor = request.visitor
    rows = list(Rule.objects.order_by("-active", "kind", "created_at", "id"))
    sentences = sayings.of_rules(rows)
    forecast = board.forecast(visitor.practice_id, visitor.now, visitor.own_of)
    shown = [(rule, sentences[rule.id], forecast.get(rule.id)) for rule in rows]
    values = {
        "on": [each for each in shown if each[0].active],
        "off": [each for each in shown if not each[0].active],
    }
    return render(request, "web/rules/list.html", values)
