"""The URLs of the rules' pages."""

from __future__ import annotations

from django.urls import path

from carepost.web.rules import edit, list, preview, rehearse

app_name = "rules"
urlpatterns = [
    path("", list.rules, name="list"),
    path("new", edit.new, name="new"),
    path("preview", preview.preview, name="preview"),
    path("rehearse", rehearse.begin_new, name="rehearse_new"),
    path("rehearsals/<str:key>", rehearse.rehearsal, name="rehearsal"),
    path("<uuid:rule_id>", edit.edit, name="edit"),
    path("<uuid:rule_id>/rehearse", rehearse.begin_change, name="rehearse"),
    path("<uuid:rule_id>/end", edit.end, name="end"),
    path("<uuid:rule_id>/restart", edit.restart, name="restart"),
]
