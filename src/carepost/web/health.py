"""What machines ask: does the process live, can it work, and the figures of its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from carepost.ground import clock
from carepost.web import figures, readiness

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; asks nothing of anybody else."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and a worker beat within 15 s, else 503 and what is missing."""
    found = readiness.look(clock.now())
    body = {
        "database": "ok" if found.database else "does not answer",
        "worker": "ok" if found.worker else "not heard of",
        "worker_beat_seconds": found.beat_seconds,
        "oldest_due_seconds": found.oldest_due_seconds,
    }
    return JsonResponse(body, status=200 if found.ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format."""
    text = figures.exposition(readiness.look(clock.now()))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
