"""Stacked bars as SVG, made on the server. Pure: numbers in, a drawing out.

Colours come by class from the stylesheet, so that they follow dark and light. The numbers stand in
a table beside every picture (`web/pictures/figure.html`): nobody needs the drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

WIDTH, HEIGHT = 720, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 6, 10, 24
_GAP = 0.25  # of a column's width


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing that is counted. `tone`: a class of the stylesheet, `bar-…`."""

    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: a number for each series. `label` stands under it where there is room."""

    label: str
    values: tuple[int, ...]
    name: str = ""  # in full, for the table and for whoever points at it

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def full_name(self) -> str:
        return self.name or self.label


def draw(series: Sequence[Series], columns: Sequence[Column], title: str) -> SafeString:
    """The picture. Every label that would overlap its neighbour is left out."""
    top = ceiling(max((column.total for column in columns), default=0))
    width = (WIDTH - _LEFT - _RIGHT) / max(len(columns), 1)
    every = max(1, -(-44 // max(int(width), 1)))
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        title,
        _scale(top),
        format_html_join(
            "", "{}", ((_bar(series, c, n, width, top),) for n, c in enumerate(columns))
        ),
        format_html_join(
            "",
            '<text class="bars-word" x="{}" y="{}" text-anchor="middle">{}</text>',
            (
                (_round(_LEFT + (n + 0.5) * width), HEIGHT - 7, column.label)
                for n, column in enumerate(columns)
                if n % every == 0
            ),
        ),
    )


def draw_pairs(series: Sequence[Series], columns: Sequence[Column], title: str) -> SafeString:
    """The same with a column's numbers beside each other, to be compared, and not on each other."""
    apart = [
        Column(
            column.label if n == 0 else "",
            tuple(value if n == m else 0 for m in range(len(column.values))),
            column.full_name,
        )
        for column in columns
        for n, value in enumerate(column.values)
    ]
    return draw(series, apart, title)


def ceiling(highest: int) -> int:
    """The end of the scale: the next of 1, 2, 5, 10, 20, 50 … that is not lower."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= highest:
                return step * factor
        step *= 10


def _bar(
    series: Sequence[Series], column: Column, place: int, width: float, top: int
) -> SafeString:
    room = HEIGHT - _TOP - _BOTTOM
    x = _LEFT + place * width + width * _GAP / 2
    pieces, below = [], 0
    for each, value in zip(series, column.values, strict=True):
        if not value:
            continue
        tall = room * value / top
        y = HEIGHT - _BOTTOM - room * below / top - tall
        pieces.append((each.tone, _round(x), _round(y), _round(width * (1 - _GAP)), _round(tall)))
        below += value
    said = ", ".join(
        f"{each.word} {value}" for each, value in zip(series, column.values, strict=True) if value
    )
    return format_html(
        "<g><title>{}: {}</title>{}</g>",
        column.full_name,
        said or "0",
        format_html_join(
            "", '<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}" rx="1"></rect>', pieces
        ),
    )


def _scale(top: int) -> SafeString:
    room = HEIGHT - _TOP - _BOTTOM
    lines = []
    for value in sorted({0, top // 2 if top > 1 else 0, top}):
        y = _round(HEIGHT - _BOTTOM - room * value / top)
        lines.append((_LEFT, y, WIDTH - _RIGHT, y, _LEFT - 5, _round(float(y) + 4), value))
    return format_html_join(
        "",
        '<line class="bars-line" x1="{}" y1="{}" x2="{}" y2="{}"></line>'
        '<text class="bars-word" x="{}" y="{}" text-anchor="end">{}</text>',
        lines,
    )


def _round(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
