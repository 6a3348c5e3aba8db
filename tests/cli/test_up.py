"""`carepost up` as an operator has it: one tree of processes that heals itself."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.installation import Running, command, told, up, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEALS_WITHIN = 40.0  # seconds; a few on an idle machine, and tests may run on a busy one


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    with up(home) as it:
        yield it


def test_a_practice_is_made_beside_a_running_up(running: Running) -> None:
    made = told(
        running.home, "practice", "create", "Hill", "--timezone", "UTC", "--owner", "o@hill.test"
    )

    assert set(made) >= {"practice_id", "member_id", "token"}  # what outsiders rely on
    assert running.ready


@pytest.mark.parametrize("name", ["web", "worker", "postgres"])
def test_what_is_killed_is_there_again_by_itself(running: Running, name: str) -> None:
    before = running.children()
    assert set(before) == {"web", "worker", "postgres"}

    os.kill(before[name], signal.SIGKILL)

    wait_for(
        lambda: running.children().get(name) not in (None, before[name]) and running.ready,
        HEALS_WITHIN,
    )
    after = running.children()
    assert {k: v for k, v in after.items() if k != name} == {
        k: v for k, v in before.items() if k != name
    }


def test_a_killed_page_server_leaves_callers_waiting_not_refused(running: Running) -> None:
    os.kill(running.children()["web"], signal.SIGKILL)

    assert running.get("/healthz", HEALS_WITHIN) == (200, b"ok")


def test_two_cannot_have_one_port(running: Running) -> None:
    done = command(running.home, "up", "--port", str(running.port))

    assert done.returncode == 3
    assert done.stderr.startswith(f"127.0.0.1:{running.port} cannot be listened on")
    assert "Traceback" not in done.stderr
