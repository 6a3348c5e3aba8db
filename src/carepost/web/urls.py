"""The pages' URLs, and those for the machines that watch us."""

from __future__ import annotations

from django.urls import path

from carepost.web import front, health

urlpatterns = [
    path("", front.front, name="front"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
