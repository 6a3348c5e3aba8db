"""How a running Carepost ends, and commands that run without one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.installation import command, told, up, wait_for

GONE_WITHIN = 20.0  # seconds; tests may run on a busy machine


def test_told_to_end_it_ends_in_order_and_said_one_line(home: Path) -> None:
    with up(home) as running:
        children = running.children()
        begun = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        said, complained = running.process.communicate(timeout=30)

        assert time.monotonic() - begun < 10
        assert running.process.returncode == 0
        assert said == f"Carepost runs on http://localhost:{running.port}\n"
        assert complained == ""
        assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())


def test_killed_itself_it_leaves_nobody_behind(home: Path) -> None:
    with up(home) as running:
        children = running.children()

        running.process.kill()

        wait_for(lambda: not any(map(_lives, children.values())), GONE_WITHIN)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def test_a_command_that_finds_no_server_starts_one_and_stops_it_again(home: Path) -> None:
    assert "items" in told(home, "practice", "list")

    run = Path(os.path.realpath(home / "postgres")) / "run"
    assert not list(run.glob(".s.PGSQL*"))


def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = command(
        tmp_path / "home",
        "practice",
        "list",
        DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/none",
    )

    assert done.returncode == 3
    assert done.stderr == "The database cannot be reached. Run `carepost doctor`.\n"
    assert done.stdout == ""


def test_help_is_quick_because_it_loads_neither_django_nor_a_server() -> None:
    program = (
        "import sys, carepost.cli.program; print([m for m in"
        " ('django', 'psycopg', 'uvicorn', 'aiohttp', 'uvloop') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "[]\n"
