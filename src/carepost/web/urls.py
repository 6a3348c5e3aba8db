"""The pages' URLs, and those for the machines that watch us."""

from __future__ import annotations

from django.urls import include, path

from carepost.web import health, live
from carepost.web.design import design
from carepost.web.finder import find
from carepost.web.today import today

urlpatterns = [
    path("", today.today, name="today"),
    path("", include("carepost.web.today.urls")),
    path("live", live.live, name="live"),
    path("find", find.find, name="find"),
    path("calendar/", include("carepost.web.calendar.urls")),
    path("clients/", include("carepost.web.clients.urls")),
    path("messages/", include("carepost.web.messages.urls")),
    path("rules/", include("carepost.web.rules.urls")),
    path("templates/", include("carepost.web.wording.urls")),
    path("messaging/", include("carepost.web.messaging.urls")),
    path("imports/", include("carepost.web.imports.urls")),
    path("settings/", include("carepost.web.settings.urls")),
    path("me/", include("carepost.web.me.urls")),
    path("design", design.design, name="design"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
