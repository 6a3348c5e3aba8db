"""The URLs of the settings of messaging."""

from __future__ import annotations

from django.urls import path

from carepost.web.messaging import lines, rehearse, settings, trying

app_name = "messaging"
urlpatterns = [
    path("settings", settings.settings, name="settings"),
    path("switch", settings.switch, name="switch"),
    path("settings/rehearse", rehearse.begin, name="rehearse"),
    path("settings/rehearsals/<str:key>", rehearse.rehearsal, name="rehearsal"),
    path("lines/new/<slug:carrier>", lines.new, name="line_new"),
    path("lines/<uuid:line_id>/check", lines.check, name="line_check"),
    path("lines/<uuid:line_id>/switch", lines.switch, name="line_switch"),
    path("test", trying.send, name="test"),
]
