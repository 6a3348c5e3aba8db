"""The page behind an invite's link: who asks, as what, and a way to accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from carepost.ground import clock
from carepost.practice import invites
from carepost.web.signin.entering import enter
from carepost.web.signin.forms import AcceptForm, JoinForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@sensitive_post_parameters("password")
def invite(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows it, and changes nothing: mail programs follow links. POST accepts."""
    now = clock.now()
    opened = invites.look_up(token, now)
    if opened is None:
        return render(request, "web/signin/link_over.html", {"invite": True}, status=404)
    here = request.user if request.user.is_authenticated else None
    is_theirs = here is not None and here.email == opened.email
    form = (JoinForm if opened.has_account else AcceptForm)(
        request.POST or None, initial={"name": opened.name}
    )
    may_accept = is_theirs or (here is None and not opened.has_account)
    if request.method == "POST" and may_accept and form.is_valid():
        with form.refusals():
            member = invites.accept(
                token,
                now,
                name=form.cleaned_data["name"],
                password=form.cleaned_data.get("password", ""),
                user=here if is_theirs else None,
            )
        if form.is_valid():
            request.session["practice_id"] = str(opened.practice_id)
            return redirect("today") if is_theirs else enter(request, member.user)
    words = {"opened": opened, "form": form, "may_accept": may_accept, "here": here}
    return render(request, "web/signin/invite.html", words)
