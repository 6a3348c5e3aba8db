"""Where one is signed in: each browser, since when; sign out one of them, or all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.usersessions.internal.flows import sessions as flows
from allauth.usersessions.models import UserSession
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carepost.practice import audit
from carepost.web import said
from carepost.web.frame import StaffRequest, page
from carepost.web.signin import browsers

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse


@dataclass(frozen=True, slots=True)
class Place:
    """One session. `key` is its row's, `here` whether it is the one that asks."""

    key: int
    browser: str
    address: str
    since: datetime
    here: bool


@page("")
def sessions(request: StaffRequest) -> HttpResponse:
    """GET lists them; POST with `end` (a row's key, or `others`) signs out."""
    user = request.visitor.user
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        rows = UserSession.objects.filter(user=user)
        if wanted != "others":
            rows = rows.filter(pk=int(wanted) if wanted.isdecimal() else None)
        ended = [row for row in rows if not row.is_current()]
        if ended:
            flows.end_sessions(request, ended)
            audit.record(
                request.visitor.practice_id, request.visitor.actor, "session.end", n=len(ended)
            )
            said.toast(request, _("Signed out there."))
        return redirect("signin:sessions")
    places = [
        Place(row.pk, browsers.in_words(row.user_agent), row.ip, row.created_at, row.is_current())
        for row in UserSession.objects.purge_and_list(user)
    ]
    places.sort(key=lambda place: (not place.here, -place.since.timestamp()))
    return render(request, "web/signin/sessions.html", {"places": places})
