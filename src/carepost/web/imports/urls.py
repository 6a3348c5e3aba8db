"""The URLs of the imports' pages."""

from __future__ import annotations

from django.urls import path

from carepost.web.imports import file, imports, run

app_name = "imports"
urlpatterns = [
    path("", imports.imports, name="list"),
    path("new", file.new, name="new"),
    path("<uuid:import_id>/", imports.one, name="import"),
    path("<uuid:import_id>/columns", file.columns, name="columns"),
    path("<uuid:import_id>/apply", run.apply, name="apply"),
    path("<uuid:import_id>/undo", run.undo, name="undo"),
]
