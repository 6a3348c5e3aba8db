"""From the figures of all rounds to the tables that are printed and kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trial import Figures

# The machine did this much that was not ours: the CPU of the whole machine tells little then.
_NOISY = 0.2


@dataclass(frozen=True)
class Row:
    """A contestant in one setup of one scenario, over all rounds: medians, and the rates' range."""

    scenario: str
    contestant: str
    setup: str
    rate: float
    slowest: float
    fastest: float
    rounds: int
    python_ms: float
    database_ms: float
    ours_ms: float
    machine_ms: float
    foreign_share: float
    not_once: int
    """Messages that the carrier saw twice, or never, summed over the rounds."""


def rows(figures: Iterable[Figures]) -> list[Row]:
    """One row for each scenario, contestant and setup, in the order they first ran."""
    together: dict[tuple[str, str, str], list[Figures]] = defaultdict(list)
    for one in figures:
        together[one.scenario, one.contestant, one.setup].append(one)
    return [_row(part) for part in together.values()]


def _row(part: Sequence[Figures]) -> Row:
    rates = [one.rate for one in part]
    machine_ms = median(one.cpu.machine for one in part)
    foreign = median(one.cpu.foreign for one in part)
    return Row(
        scenario=part[0].scenario,
        contestant=part[0].contestant,
        setup=part[0].setup,
        rate=median(rates),
        slowest=min(rates),
        fastest=max(rates),
        rounds=len(part),
        python_ms=median(one.cpu.python for one in part),
        database_ms=median(one.cpu.database for one in part),
        ours_ms=median(one.cpu.ours for one in part),
        machine_ms=machine_ms,
        foreign_share=foreign / machine_ms if machine_ms else 0.0,
        not_once=sum(abs(one.taken - one.messages) for one in part),
    )


def best(all_rows: Iterable[Row]) -> list[Row]:
    """Each contestant's fastest setup in each scenario: as many workers as serve it best."""
    found: dict[tuple[str, str], Row] = {}
    for row in all_rows:
        key = row.scenario, row.contestant
        if key not in found or row.rate > found[key].rate:
            found[key] = row
    return list(found.values())


def ratios(best_rows: Sequence[Row]) -> dict[str, dict[str, dict[str, float]]]:
    """{scenario: {contestant: {other: how many times the other's rate}}}, of the medians."""
    answer: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for row in best_rows:
        answer[row.scenario][row.contestant] = {
            other.contestant: row.rate / other.rate
            for other in best_rows
            if other.scenario == row.scenario and other is not row
        }
    return dict(answer)


def scenario_tables(all_rows: Sequence[Row]) -> str:
    """The tables, one a scenario: everybody's best setup, with ratios against each other."""
    chosen = best(all_rows)
    against = ratios(chosen)
    parts = []
    for scenario in dict.fromkeys(row.scenario for row in chosen):
        here = [row for row in chosen if row.scenario == scenario]
        here.sort(key=lambda row: -row.rate)
        names = [row.contestant for row in here]
        head = ["", "best with", "messages/s", "range", "CPU ms a message: Python", "PostgreSQL"]
        head += ["all of it", "whole machine", *(f"against {name}" for name in names)]
        lines = [
            [row.contestant, row.setup, *_cells(row), *_ratio_cells(row, names, against)]
            for row in here
        ]
        parts.append(f"### {scenario}\n\n{_markdown(head, lines)}")
    return "\n\n".join(parts)


def setup_table(all_rows: Sequence[Row]) -> str:
    """Every setup that was tried."""
    head = ["scenario", "contestant", "setup", "messages/s", "range", "Python ms", "PostgreSQL ms"]
    head += ["all of it ms", "whole machine ms"]
    lines = [[row.scenario, row.contestant, row.setup, *_cells(row)] for row in all_rows]
    return _markdown(head, lines)


def warnings(all_rows: Iterable[Row]) -> list[str]:
    """What a reader must be told: messages not sent once each, and a busy neighbour."""
    told = []
    for row in all_rows:
        who = f"{row.scenario}, {row.contestant}, {row.setup}"
        if row.not_once:
            told.append(f"{who}: {row.not_once} messages were not taken exactly once.")
        if row.foreign_share > _NOISY:
            share = f"{row.foreign_share:.0%}"
            told.append(f"{who}: {share} of the machine's CPU time was not the benchmark's.")
    return told


def facts(sections: Mapping[str, Mapping[str, str]]) -> str:
    """The machine, the database and the options, as a list."""
    return "\n".join(
        f"- {title}: " + ", ".join(f"{name} {value}" for name, value in told.items())
        for title, told in sections.items()
    )


def _cells(row: Row) -> list[str]:
    return [
        f"{row.rate:,.0f}",
        f"{row.slowest:,.0f} to {row.fastest:,.0f}",
        f"{row.python_ms:.2f}",
        f"{row.database_ms:.2f}",
        f"{row.ours_ms:.2f}",
        f"{row.machine_ms:.2f}",
    ]


def _ratio_cells(
    row: Row, names: Sequence[str], against: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> list[str]:
    mine = against[row.scenario][row.contestant]
    return [f"{mine[name]:.2f} ×" if name in mine else "" for name in names]  # noqa: RUF001


def _markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[at]) for line in [head, *lines]) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, lines)])
