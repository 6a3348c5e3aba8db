"""Segments of a text, by the rules of GSM 03.38 (RULES D1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.sandbox.segments import segments


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ñ" * 160, 1),
        ("’" * 70, 1),  # noqa: RUF001  a smart quote, which doubles the price
        ("’" * 71, 2),  # noqa: RUF001
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_takes_as_many_segments_as_its_alphabet_allows(body, count):
    assert segments(body) == count


@given(st.text(max_size=400), st.text(max_size=50))
def test_a_longer_text_never_takes_fewer_segments(body, more):
    assert 1 <= segments(body) <= segments(body + more)
