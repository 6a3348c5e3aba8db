"""Setting up the second step that a practice asks for, before it opens (RULES E1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal.httpkit import authenticated_user
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from carepost.web.signin import standing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
def protect(request: HttpRequest) -> HttpResponse:
    """Why, and the two ways: a passkey or an authenticator app."""
    if standing.has_factor(authenticated_user(request).pk):
        return redirect("today")
    return render(request, "web/signin/protect.html")
