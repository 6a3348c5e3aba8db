"""Ids: of version 7, in the order of their moments, and repeatable where chance is given."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.ground import clock, ids

moments = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)
)
seeds = st.integers(min_value=0)


def to_the_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def test_the_example_of_rfc_9562_is_read_as_the_rfc_says() -> None:
    # Appendix A.6: made on Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert ids.moment_of(example) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_the_smallest_id_of_a_millisecond_has_no_random_bit_set() -> None:
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert ids.first_of(at) == UUID("017f22e2-79b0-7000-8000-000000000000")


@given(at=moments, seed=seeds)
def test_an_id_is_of_version_7_and_tells_its_moment(at: datetime, seed: int) -> None:
    made = ids.new(at, random.Random(seed))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert ids.moment_of(made) == to_the_millisecond(at)


@given(at=moments, seed=seeds)
def test_the_same_moment_and_chance_give_the_same_id(at: datetime, seed: int) -> None:
    assert ids.new(at, random.Random(seed)) == ids.new(at, random.Random(seed))


@given(at=moments, seed=seeds)
def test_an_id_lies_within_the_bounds_of_its_millisecond(at: datetime, seed: int) -> None:
    made = ids.new(at, random.Random(seed))
    following = ids.first_of(to_the_millisecond(at) + timedelta(milliseconds=1))
    assert ids.first_of(at) <= made < following


@given(one=moments, other=moments, seed=seeds)
def test_ids_of_different_milliseconds_are_in_the_order_of_time(
    one: datetime, other: datetime, seed: int
) -> None:
    earlier, later = sorted([to_the_millisecond(one), to_the_millisecond(other)])
    chance = random.Random(seed)
    if earlier < later:
        assert ids.new(earlier, chance) < ids.new(later, chance)


def test_every_random_bit_is_drawn() -> None:
    chance = random.Random(1)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    ones, zeros = 0, 0
    for made in (ids.new(at, chance) for _ in range(200)):
        ones |= made.int
        zeros |= ~made.int
    varying = ones & zeros & ((1 << 128) - 1)
    assert varying.bit_count() == 74


def test_fresh_ids_are_of_now_and_all_different() -> None:
    before = to_the_millisecond(clock.now())
    made = [ids.fresh() for _ in range(10_000)]
    after = clock.now()
    assert len(set(made)) == len(made)
    assert all(before <= ids.moment_of(one) <= after for one in made)


def test_many_thousands_are_made_in_a_second() -> None:
    begun = time.process_time()
    for _ in range(5_000):
        ids.fresh()
    assert time.process_time() - begun < 0.5


def test_an_id_of_another_version_tells_no_moment() -> None:
    with pytest.raises(ValueError, match="not a UUID of version 7"):
        ids.moment_of(uuid4())


@pytest.mark.parametrize(
    "at", [datetime(2026, 1, 1), datetime(1969, 12, 31, tzinfo=UTC)], ids=["naive", "before 1970"]
)
def test_a_moment_that_no_id_can_hold_is_refused(at: datetime) -> None:
    with pytest.raises(ValueError, match=r"time zone|before 1970"):
        ids.new(at, random.Random(1))
    with pytest.raises(ValueError, match=r"time zone|before 1970"):
        ids.first_of(at)
