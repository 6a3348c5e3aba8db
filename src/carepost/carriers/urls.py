"""Where carriers call back."""

from __future__ import annotations

from django.urls import path

from carepost.carriers import webhooks

urlpatterns = [
    path("<slug:carrier>/<uuid:line_id>/<uuid:attempt_id>", webhooks.receive, name="hook"),
]
