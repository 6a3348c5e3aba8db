"""What Prometheus reads. Nothing here scans history, and no label can name a person or practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

if TYPE_CHECKING:
    from carepost.web.readiness import Readiness

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_requests = Counter(
    "carepost_requests_total", "Requests answered.", ["area", "status"], registry=REGISTRY
)
_seconds = Histogram(
    "carepost_request_seconds",
    "From a request's arrival to the first byte of its answer.",
    ["area"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_database = Gauge("carepost_database_up", "1 while the database answers.", registry=REGISTRY)
_beat = Gauge(
    "carepost_worker_beat_age_seconds",
    "Since a worker was last heard of; NaN: never, or not known.",
    registry=REGISTRY,
)
_backlog = Gauge(
    "carepost_oldest_due_seconds",
    "How long the oldest due message has waited; 0: none waits; NaN: not known.",
    registry=REGISTRY,
)


def count_request(area: str, status: int, seconds: float) -> None:
    """One request was answered. `area` is the first part of its path, from a fixed list."""
    _requests.labels(area, f"{status // 100}xx").inc()
    _seconds.labels(area).observe(seconds)


def exposition(readiness: Readiness) -> bytes:
    """All figures in Prometheus' text format."""
    unknown = float("nan")
    _database.set(readiness.database)
    _beat.set(unknown if readiness.beat_seconds is None else readiness.beat_seconds)
    if readiness.oldest_due_seconds is not None:
        _backlog.set(readiness.oldest_due_seconds)
    else:
        _backlog.set(0 if readiness.database else unknown)
    return generate_latest(REGISTRY)
