"""The files to import: a clean one whose reminders are due soon, and one of mistakes."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from carepost.appointments import imports
from carepost.config.demo import people, seeding, visits_file
from carepost.config.demo.size import Size
from carepost.practice.audit import SYSTEM
from tests.builders import NOW, make_practice

if TYPE_CHECKING:
    from pathlib import Path

ZONE = "America/New_York"


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.open(encoding="utf-8")))


def _begins(row: dict[str, str]) -> datetime:
    return datetime.strptime(f"{row['Date']} {row['Time']}", "%m/%d/%Y %H:%M")


def test_one_visit_every_two_minutes_from_a_moment_ahead_tomorrow(tmp_path: Path) -> None:
    visits_file.write(tmp_path, ZONE, NOW)

    starts = [_begins(row) for row in _rows(tmp_path / visits_file.CLEAN)]
    local = NOW.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    assert starts[0] - local == timedelta(days=1, minutes=2)
    assert {b - a for a, b in pairwise(starts)} == {timedelta(minutes=2)}


def test_nobody_in_it_is_two_clients_at_once_nor_one_of_the_demo(tmp_path: Path) -> None:
    visits_file.write(tmp_path, ZONE, NOW)

    rows = _rows(tmp_path / visits_file.CLEAN)
    of_nurse = defaultdict(list)
    for row in rows:
        of_nurse[row["Practitioner"]].append(row)
    for theirs in of_nurse.values():
        for one, next_ in pairwise(theirs):
            assert _begins(one) + timedelta(minutes=int(one["Minutes"])) <= _begins(next_)
    names = {(p.first_name, p.last_name) for p in people.everyone(400)}
    assert not {(r["First name"], r["Last name"]) for r in rows} & names
    assert len({r["Mobile phone"] for r in rows}) == len(rows)


@pytest.mark.django_db
def test_the_clean_file_goes_into_the_demo_without_a_word(tmp_path: Path) -> None:
    made = seeding.seed(tmp_path, NOW, Size(clients=60, practitioners=2, places=2, back=5))
    visits_file.write(tmp_path, made.timezone, NOW)

    found = _check(made.practice_id, tmp_path / visits_file.CLEAN)

    assert (found.rows, found.created, found.refused) == (30, 30, 0)
    assert {line["fate"] for line in found.report} == {"create"}


@pytest.mark.django_db
def test_the_other_shows_what_becomes_of_mistakes(tmp_path: Path) -> None:
    practice = make_practice()
    visits_file.write(tmp_path, ZONE, NOW)

    found = _check(practice.id, tmp_path / visits_file.MISTAKEN)

    assert found.created == 2
    assert found.refused == 8
    reasons = [line["reason"] for line in found.report if line["fate"] == "refuse"]
    assert len(set(reasons)) == 6  # no such day and no such time are one; so is an id that is twice
    assert any("another visit at that time" in line.get("reason", "") for line in found.report)


def _check(practice_id: Any, path: Path) -> Any:
    return imports.check(
        practice_id, SYSTEM, content=path.read_bytes(), file_name=path.name, source="csv", now=NOW
    )
