"""What machines ask of a running Carepost, and what it says when something is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from carepost.ground import clock, ids
from carepost.messaging.models import WorkerBeat
from carepost.web import figures, readiness
from carepost.web.readiness import Readiness

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
AWAY = patch.object(readiness.connection, "cursor", side_effect=OperationalError)


def get(path: str) -> HttpResponse:
    return Client().get(path)


def beat(seconds_ago: float) -> None:
    WorkerBeat.objects.create(id=ids.fresh(), at=clock.now() - timedelta(seconds=seconds_ago))


def test_it_is_ready_when_a_worker_beat_lately() -> None:
    beat(3)

    answer = get("/readyz")

    assert answer.status_code == 200
    said = answer.json()
    assert (said["database"], said["worker"], said["oldest_due_seconds"]) == ("ok", "ok", None)
    assert 3 <= said["worker_beat_seconds"] < 10


@pytest.mark.parametrize("ago", [None, 16])
def test_it_is_not_ready_without_a_worker(ago: float | None) -> None:
    if ago:
        beat(ago)

    answer = get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["database"], answer.json()["worker"]) == ("ok", "not heard of")


def test_a_backlog_is_told_and_does_not_make_it_unready() -> None:
    assert Readiness(database=True, beat_seconds=1, oldest_due_seconds=86400).ready


def test_it_is_not_ready_but_alive_while_the_database_is_away() -> None:
    with AWAY:
        ready, alive = get("/readyz"), get("/healthz")

    assert (ready.status_code, ready.json()["database"]) == (503, "does not answer")
    assert (alive.status_code, alive.content) == (200, b"ok")


def test_the_figures_tell_beat_and_backlog() -> None:
    text = figures.exposition(Readiness(True, 2.5, 7.0)).decode()

    assert "carepost_database_up 1.0" in text
    assert "carepost_worker_beat_age_seconds 2.5" in text
    assert "carepost_oldest_due_seconds 7.0" in text


def test_figures_that_nobody_knows_are_not_given_as_zero() -> None:
    text = figures.exposition(Readiness(database=False)).decode()

    assert "carepost_database_up 0.0" in text
    assert "carepost_worker_beat_age_seconds NaN" in text
    assert "carepost_oldest_due_seconds NaN" in text


def test_the_figures_can_be_had_while_the_database_is_away() -> None:
    with AWAY:
        answer = get("/metrics")

    assert answer.status_code == 200
    assert b"carepost_database_up 0.0" in answer.content


def test_no_page_has_style_or_script_of_its_own() -> None:
    for page in (get("/"), get("/healthz")):
        assert b"<script" not in page.content
        assert b"style=" not in page.content
        assert b"<style" not in page.content
