"""The URLs of the templates' pages."""

from __future__ import annotations

from django.urls import path

from carepost.web.wording import edit, list, rehearse

app_name = "templates"
_SORT = "<slug:kind>/<slug:channel>/<slug:language>/<slug:what>"
urlpatterns = [
    path("", list.templates, name="list"),
    path("rehearsals/<str:key>", rehearse.rehearsal, name="rehearsal"),
    path(_SORT, edit.edit, name="edit"),
    path(f"{_SORT}/rehearse", rehearse.begin, name="rehearse"),
]
