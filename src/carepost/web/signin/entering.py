"""Signing in who has just proven a link and chosen a password, as allauth does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from carepost.practice.models import User


def enter(request: HttpRequest, user: User) -> HttpResponse:
    """Go in, by way of the second factor where there is one."""
    login = Login(user=user, redirect_url=reverse("today"))
    return perform_password_login(request, {"email": user.email}, login)
