"""Our own pages about signing in; allauth's are in `accounts_urls.py`."""

from __future__ import annotations

from django.urls import path

from carepost.web.signin import invite, link, practices, protect, sessions, staying

app_name = "signin"
urlpatterns = [
    path("practice", practices.choose, name="choose"),
    path("nowhere", practices.nowhere, name="nowhere"),
    path("protect", protect.protect, name="protect"),
    path("sessions", sessions.sessions, name="sessions"),
    path("remaining", staying.remaining, name="remaining"),
    path("stay", staying.stay, name="stay"),
    path("invite/<str:token>", invite.invite, name="invite"),
    path("link/<str:token>", link.link, name="link"),
]
