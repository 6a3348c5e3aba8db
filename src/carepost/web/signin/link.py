"""The page behind a link that the server's administrator handed out: choose a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters

from carepost.ground import clock
from carepost.practice import access
from carepost.web.signin.entering import enter
from carepost.web.signin.forms import ChoosePasswordForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@sensitive_post_parameters("password")
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows it, and changes nothing. POST sets the password and goes in."""
    now = clock.now()
    found = access.look_up(token, now)
    if found is None:
        return render(request, "web/signin/link_over.html", {"invite": False}, status=404)
    form = ChoosePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            user = access.use(token, form.cleaned_data["password"], now)
        if form.is_valid():
            logout(request)  # whoever sat here before
            return enter(request, user)
    return render(request, "web/signin/link.html", {"form": form, "link": found})
