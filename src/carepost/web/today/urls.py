"""The URLs of what Today shows in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "board"
urlpatterns: list[URLPattern] = []
