"""Settings of messaging rehearsed before they are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from carepost.messaging.rehearsal import NewSettings
from carepost.practice.errors import NotFound
from carepost.web.frame import StaffRequest, page
from carepost.web.messaging import settings
from carepost.web.rehearsals import jobs
from carepost.web.rehearsals.shown import shown

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("settings:write")
@require_POST
def begin(request: StaffRequest) -> HttpResponse:
    """Rehearse opt-in and hours."""
    visitor = request.visitor
    form = settings.form_of(visitor.practice, request.POST)
    if not form.is_valid():
        return render(request, "web/messaging/settings.html", settings.shown(request, form))
    asked = {name: request.POST.getlist(name) for name in form.fields if name in request.POST}
    key = jobs.begin(visitor.practice_id, NewSettings(form.wanted()), asked, visitor.now)
    return redirect("messaging:rehearsal", key)


@page("settings:write")
def rehearsal(request: StaffRequest, key: str) -> HttpResponse:
    """How far it is, and what it found."""
    job = jobs.follow(request.visitor.practice_id, key)
    if job is None:
        raise NotFound("This rehearsal is over. Begin it again from the settings.")
    values = {
        "job": job,
        "here": reverse("messaging:rehearsal", args=[key]),
        "save": reverse("messaging:settings"),
        "asked": [(name, value) for name, all_ in job.asked.items() for value in all_],
        **(shown(job.found) if job.found else {}),
    }
    return render(request, "web/messaging/rehearsal.html", values)
