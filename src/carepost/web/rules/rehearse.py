"""A rule rehearsed before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from carepost.practice.errors import NotFound
from carepost.web.frame import StaffRequest, as_id, page
from carepost.web.rehearsals import jobs
from carepost.web.rehearsals.shown import shown
from carepost.web.rules.edit import find
from carepost.web.rules.forms import RuleForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from carepost.messaging.models import Rule


@page("rules:write")
@require_POST
def begin_new(request: StaffRequest) -> HttpResponse:
    """Rehearse a rule that is not there yet."""
    return _begin(request, None)


@page("rules:write")
@require_POST
def begin_change(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Rehearse a change of a rule."""
    return _begin(request, find(rule_id))


@page("rules:write")
def rehearsal(request: StaffRequest, key: str) -> HttpResponse:
    """How far it is, and what it found; from here the rule is saved, or written on."""
    job = jobs.follow(request.visitor.practice_id, key)
    if job is None:
        raise NotFound("This rehearsal is over. Begin it again from the rule.")
    rule_id = as_id(job.asked.get("rule_id", [""])[0])
    values = {
        "job": job,
        "here": reverse("rules:rehearsal", args=[key]),
        "save": reverse("rules:edit", args=[rule_id]) if rule_id else reverse("rules:new"),
        "asked": [
            (name, value)
            for name, all_ in job.asked.items()
            for value in all_
            if name not in ("csrfmiddlewaretoken", "rule_id")
        ],
        **(shown(job.found) if job.found else {}),
    }
    return render(request, "web/rules/rehearsal.html", values)


def _begin(request: StaffRequest, rule: Rule | None) -> HttpResponse:
    form = RuleForm(request.POST)
    if not form.is_valid():
        return render(request, "web/rules/edit.html", {"form": form, "rule": rule})
    asked = {name: request.POST.getlist(name) for name in request.POST}
    asked["rule_id"] = [str(rule.id) if rule else ""]
    visitor = request.visitor
    proposal = form.proposal(rule.id if rule else None)
    key = jobs.begin(visitor.practice_id, proposal, asked, visitor.now)
    return redirect("rules:rehearsal", key)
