"""The proof by simulation: seeds in which no promise breaks, planted bugs that are caught."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.simulation import bugs
from tests.simulation.database import watched
from tests.simulation.run import Simulation, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from carepost.config.database import Database

pytestmark = pytest.mark.slow

SEEDS = range(1, 21)
SIZE = Size(practices=5, days=14)
TRIED = range(1, 9)  # seeds within which a planted bug must be caught


@pytest.fixture
def watch(clean_database: Database) -> Iterator[psycopg.Connection]:
    logging.disable(logging.WARNING)
    with watched(clean_database) as connection:
        yield connection
    logging.disable(logging.NOTSET)


def simulate(
    watch: psycopg.Connection, database: Database, seed: int, size: Size, bug: str = ""
) -> Simulation:
    with bugs.planted(bug, watch) as gates:
        simulation = Simulation(watch, database.app, seed, size, gates)
        simulation.stop_at_first = bool(bug)
        return simulation.run()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_breaks(watch: psycopg.Connection, clean_database: Database, seed: int) -> None:
    run = simulate(watch, clean_database, seed, SIZE)

    assert run.failures == []
    assert run.counts["arrivals"] > 20, "a run in which nothing happens proves nothing"


def test_the_same_seed_gives_the_same_trace(
    watch: psycopg.Connection, clean_database: Database
) -> None:
    size = Size(practices=3, days=6)

    first, second = (simulate(watch, clean_database, 7, size) for _ in range(2))

    assert first.digest == second.digest
    assert first.digest != simulate(watch, clean_database, 8, size).digest


@pytest.mark.parametrize("bug", bugs.BUGS)
def test_a_planted_bug_is_caught(
    watch: psycopg.Connection, clean_database: Database, bug: str
) -> None:
    for seed in sorted(TRIED, key=lambda seed: seed != bugs.BUGS[bug].soonest):
        run = simulate(watch, clean_database, seed, SIZE, bug)
        if run.failures:
            check, detail = run.failures[0]
            assert check in bugs.BUGS[bug].caught_by, (check, detail)
            return
    pytest.fail(f"{len(TRIED)} seeds did not catch it")
