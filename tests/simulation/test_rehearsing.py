"""Rehearsals come true in simulated fortnights, and a rehearsal that lies is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from carepost.messaging.rehearsal import propose
from tests.simulation.rehearsing import CHECK, Rehearsing
from tests.simulation.run import Size
from tests.simulation.test_simulation import watch  # noqa: F401  # a fixture

if TYPE_CHECKING:
    import psycopg

    from carepost.config.database import Database

pytestmark = pytest.mark.slow

SIZE = Size(practices=4, days=10, doings=5.0)


@pytest.mark.parametrize("seed", range(1, 5))
def test_what_staff_rehearsed_is_what_is_planned(
    watch: psycopg.Connection,  # noqa: F811
    clean_database: Database,
    seed: int,
) -> None:
    run = Rehearsing(watch, clean_database.app, seed, SIZE).run()

    assert run.failures == []
    assert run.counts["rehearsed"] > 10


def test_a_rehearsal_that_lies_is_caught(
    watch: psycopg.Connection,  # noqa: F811
    clean_database: Database,
) -> None:
    checked = propose._of_rule

    def kept_as_old(*given: object, **more: object) -> propose.Amendment:
        amendment = checked(*given, **more)  # type: ignore[arg-type]
        rule = amendment.rule
        return amendment if rule is None else replace(amendment, rule=replace(rule, channel="sms"))

    with mock.patch.object(propose, "_of_rule", kept_as_old):
        run = Rehearsing(watch, clean_database.app, 1, SIZE).run()

    assert {check for check, _ in run.failures} == {CHECK}
