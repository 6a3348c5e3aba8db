"""The bucket that a token's requests are taken from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from carepost.api import rate
from carepost.api.rate import Limiter

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_bucket_refills_with_time_up_to_its_burst() -> None:
    limiter, token = Limiter(rate=2, burst=4), uuid4()
    assert [limiter.take(token, NOON) for _ in range(5)] == [0, 0, 0, 0, 0.5]
    assert limiter.take(token, NOON + timedelta(seconds=0.5)) == 0
    later = NOON + timedelta(hours=1)
    assert [limiter.take(token, later) for _ in range(5)] == [0, 0, 0, 0, 0.5]


def test_a_clock_that_was_set_back_neither_gives_nor_takes() -> None:
    limiter, token = Limiter(rate=1, burst=2), uuid4()
    limiter.take(token, NOON)
    assert limiter.take(token, NOON - timedelta(days=1)) == 0
    assert limiter.take(token, NOON - timedelta(days=1)) > 0


def test_buckets_that_are_full_again_are_forgotten() -> None:
    limiter = Limiter(rate=1, burst=2)
    for _ in range(rate.MOST_BUCKETS):
        limiter.take(uuid4(), NOON)
    limiter.take(uuid4(), NOON + timedelta(minutes=1))
    assert len(limiter._buckets) == 1


@given(
    waits=st.lists(st.floats(0, 3), min_size=1, max_size=60),
    speed=st.floats(0.1, 10),
    burst=st.integers(1, 10),
)
def test_no_more_pass_than_burst_and_rate_allow(
    waits: list[float], speed: float, burst: int
) -> None:
    limiter, token, at = Limiter(speed, burst), uuid4(), NOON
    passed = 0
    for wait in waits:
        at += timedelta(seconds=wait)
        passed += limiter.take(token, at) == 0
    assert passed <= burst + speed * (at - NOON).total_seconds() + 1e-3
