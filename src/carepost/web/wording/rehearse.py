"""A template rehearsed before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from carepost.messaging.rehearsal import NewTemplate
from carepost.practice.errors import NotFound
from carepost.web.frame import StaffRequest, page
from carepost.web.rehearsals import jobs
from carepost.web.rehearsals.shown import shown
from carepost.web.wording import sorts
from carepost.web.wording.edit import form_of, show

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("rules:write")
@require_POST
def begin(request: StaffRequest, kind: str, channel: str, language: str, what: str) -> HttpResponse:
    """Rehearse new words."""
    sort = sorts.find(kind, channel, language, what)
    form, versions = form_of(request, sort)
    if not form.is_valid():
        return show(request, sort, form, versions)
    visitor = request.visitor
    proposal = NewTemplate(
        kind=sort.kind, what=sort.what, channel=sort.channel, language=sort.language,
        **form.cleaned_data,
    )  # fmt: skip
    asked: dict[str, list[str]] = {
        name: request.POST.getlist(name) for name in ("subject", "body") if name in form.fields
    }
    asked["sort"] = list(sort.path)
    key = jobs.begin(visitor.practice_id, proposal, asked, visitor.now)
    return redirect("templates:rehearsal", key)


@page("rules:write")
def rehearsal(request: StaffRequest, key: str) -> HttpResponse:
    """How far it is, and what it found."""
    job = jobs.follow(request.visitor.practice_id, key)
    if job is None or "sort" not in job.asked:
        raise NotFound("This rehearsal is over. Begin it again from the template.")
    values = {
        "job": job,
        "here": reverse("templates:rehearsal", args=[key]),
        "save": reverse("templates:edit", args=job.asked["sort"]),
        "asked": [(n, v) for n, all_ in job.asked.items() if n != "sort" for v in all_],
        **(shown(job.found) if job.found else {}),
    }
    return render(request, "web/wording/rehearsal.html", values)
