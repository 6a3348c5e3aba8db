"""ISO 8601 durations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.api import durations
from carepost.api.durations import BadDuration, Duration


@pytest.mark.parametrize(
    ("text", "days", "seconds"),
    [
        ("P1D", 1, 0),
        ("P1W", 7, 0),
        ("P2W3D", 17, 0),
        ("PT24H", 0, 86_400),
        ("PT90M", 0, 5_400),
        ("P1DT2H30M5S", 1, 9_005),
        ("PT0S", 0, 0),
        ("P0D", 0, 0),
    ],
)
def test_days_are_days_and_hours_are_seconds(text: str, days: int, seconds: int) -> None:
    assert durations.parse(text) == Duration(days, seconds)


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P1Y2D", "P3W1M"])
def test_months_and_years_are_refused_and_days_proposed(text: str) -> None:
    with pytest.raises(BadDuration, match="P30D"):
        durations.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "p1d",
        "-P1D",
        "P-1D",
        "P1.5D",
        "PT1D",
        "P1DT",
        "P1D ",
        "P1H",
        "P٣D",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadDuration):
        durations.parse(text)


@given(days=st.integers(0, 99_999), seconds=st.integers(0, 99_999 * 3600))
def test_what_is_written_is_read_back(days: int, seconds: int) -> None:
    assert durations.parse(durations.write(days, seconds)) == Duration(days, seconds)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = durations.parse(text)
    except BadDuration:
        return
    assert min(read) >= 0
