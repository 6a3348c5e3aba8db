"""The one clock, and those that a test holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import carepost
from carepost.ground import clock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_a_fixed_clock_stands_still_and_speaks_utc() -> None:
    eastern = timezone(timedelta(hours=-5))
    fixed: clock.Clock = clock.Fixed(datetime(2026, 11, 24, 7, 0, tzinfo=eastern))
    assert fixed() == fixed() == NOON
    assert fixed().tzinfo is UTC


def test_a_stepped_clock_moves_only_when_told() -> None:
    stepped = clock.Stepped(NOON)
    assert stepped() == NOON
    assert stepped.advance(timedelta(minutes=5)) == NOON + timedelta(minutes=5)
    assert stepped.move_to(NOON + timedelta(days=1)) == stepped() == NOON + timedelta(days=1)


def test_a_stepped_clock_never_goes_back() -> None:
    stepped = clock.Stepped(NOON)
    with pytest.raises(ValueError, match="cannot go back"):
        stepped.advance(timedelta(microseconds=-1))
    assert stepped() == NOON


@pytest.mark.parametrize("make", [clock.Fixed, clock.Stepped, clock.Stepped(NOON).move_to])
def test_a_time_without_a_zone_is_refused(make: object) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        make(datetime(2026, 11, 24, 12, 0))  # type: ignore[operator]


def test_nothing_else_in_carepost_asks_the_machine_for_the_time() -> None:
    asks = re.compile(
        r"datetime\.(now|utcnow|today)\(|\btime\.time\(|timezone\.now\(|date\.today\("
    )
    package = Path(carepost.__file__).parent
    files = [path for path in package.rglob("*.py") if path != package / "ground" / "clock.py"]
    # The sandbox plays the outside world and imports nothing of ours, so it has the world's clock.
    ours = [path for path in files if not path.is_relative_to(package / "sandbox")]
    assert len(ours) > 10
    guilty = [str(path.relative_to(package)) for path in ours if asks.search(path.read_text())]
    assert guilty == []
