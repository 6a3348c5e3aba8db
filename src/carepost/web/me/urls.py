"""The URLs of a member's own page."""

from __future__ import annotations

from django.urls import path

from carepost.web.me import details

app_name = "me"
urlpatterns = [path("", details.details, name="details")]
