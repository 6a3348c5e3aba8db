"""Bars as SVG: what is drawn is what was counted."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from carepost.web.pictures import bars

SERIES = (bars.Series("SMS", "one"), bars.Series("Email", "two"))
_COLUMNS = st.lists(
    st.builds(
        bars.Column,
        label=st.text(max_size=6).filter(lambda t: t.isprintable()),
        values=st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)),
    ),
    max_size=40,
)


def _rects(svg: str) -> list[dict[str, str]]:
    return [dict(rect.attrib) for rect in ElementTree.fromstring(svg).iter("rect")]  # noqa: S314


@given(_COLUMNS)
def test_each_number_that_is_not_zero_has_a_piece_as_tall_as_its_share(columns):
    svg = bars.draw(SERIES, columns, "Next 24 hours")

    values = [value for column in columns for value in column.values if value]
    tall = [float(rect["height"]) for rect in _rects(svg)]
    assert len(tall) == len(values)
    top = bars.ceiling(max((c.total for c in columns), default=0))
    for height, value in zip(tall, values, strict=True):
        assert abs(height - 146 * value / top) <= 0.051


@given(_COLUMNS)
def test_nothing_is_drawn_outside_the_picture(columns):
    for rect in _rects(bars.draw(SERIES, columns, "Next 24 hours")):
        assert float(rect["y"]) >= 9.9
        assert float(rect["y"]) + float(rect["height"]) <= bars.HEIGHT - 23.9
        assert float(rect["x"]) + float(rect["width"]) <= bars.WIDTH


@given(st.integers(0, 10**9))
def test_the_scale_ends_at_a_round_number_not_below_the_highest(highest):
    top = bars.ceiling(highest)

    assert top >= highest
    assert re.fullmatch("[125]0*", str(top))
    assert top == 1 or top < 2.6 * max(highest, 1)


def test_a_label_that_holds_markup_is_written_and_not_obeyed():
    svg = bars.draw(SERIES, [bars.Column("<script>", (1, 0))], "<b>")

    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg
