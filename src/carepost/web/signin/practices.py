"""Which practice: the choice of a member of several, and the page of a member of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal.httpkit import authenticated_user
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from carepost.practice import audit, sign_in, tenancy

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from carepost.practice.sign_in import Membership

CHOSEN = "practice_id"  # as web/frame.py reads it


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """The practices of whoever is signed in; POST goes to one of them."""
    held = [m for m in sign_in.memberships(authenticated_user(request).pk) if m.active]
    if not held:
        return redirect("signin:nowhere")
    if request.method == "POST":
        wanted = request.POST.get("practice", "")
        for membership in held:
            if str(membership.practice_id) == wanted:
                _go_to(request, membership)
                return redirect("today")
    now_at = request.session.get(CHOSEN, "")
    return render(request, "web/signin/choose.html", {"held": held, "now_at": now_at})


@login_required
def nowhere(request: HttpRequest) -> HttpResponse:
    """Signed in, and a member of no practice any more."""
    if any(m.active for m in sign_in.memberships(authenticated_user(request).pk)):
        return redirect("today")
    return render(request, "web/signin/nowhere.html")


def _go_to(request: HttpRequest, membership: Membership) -> None:
    """Choose, and write it down where one goes and where one came from."""
    before = request.session.get(CHOSEN, "")
    request.session[CHOSEN] = str(membership.practice_id)
    if before == str(membership.practice_id):
        return
    _record(membership, "practice.enter")
    for left in sign_in.memberships(authenticated_user(request).pk):
        if str(left.practice_id) == before:
            _record(left, "practice.leave")


def _record(held: Membership, action: str) -> None:
    actor = audit.Actor("member", held.member_id)
    with tenancy.acting_for(held.practice_id):
        audit.record(held.practice_id, actor, action, "member", held.member_id)
