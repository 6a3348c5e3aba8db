"""What a statement costs PostgreSQL, the statements within its functions included.

Rows are counted at every node, with those that a filter or a join threw away: a choice that
compares everything due with everything in flight reads few pages, and very many rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.database import Database

Plan = dict[str, Any]  # as EXPLAIN (FORMAT JSON) gives it

BIG = {"messaging_message", "messaging_attempt"}
_THROWN_AWAY = (
    "Rows Removed by Filter",
    "Rows Removed by Join Filter",
    "Rows Removed by Index Recheck",
)
_SETTINGS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
    # As the worker's connections are set.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_FLUSH = "SELECT 'before'"


def nodes(plan: Plan) -> Iterator[Plan]:
    """A plan's nodes, itself first."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def rows_of(plan: Plan) -> int:
    """How many rows its nodes gave or threw away."""
    return sum(
        round((n["Actual Rows"] + sum(n.get(t, 0) for t in _THROWN_AWAY)) * n["Actual Loops"])
        for n in nodes(plan)
    )


def pages_of(plan: Plan) -> int:
    """How many pages of 8 KiB it touched, each time it did."""
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def check(query: str, plan: Plan, *, rows: int, pages: int) -> None:
    """Raises AssertionError where a plan walks a big table, or costs more rows or pages."""
    for node in nodes(plan):
        walks = node["Node Type"] == "Seq Scan" and node.get("Relation Name") in BIG
        assert not walks, f"walks {node['Relation Name']}: {query}"
    said = f"{query}\n{json.dumps(plan)[:3000]}"
    assert rows_of(plan) <= rows, f"examines {rows_of(plan)} rows: {said}"
    assert pages_of(plan) <= pages, f"touches {pages_of(plan)} pages: {said}"


@dataclass
class Called:
    """A call of a door: the rows it gave, and the plans of the statements within it."""

    rows: list[Any]
    within: list[tuple[str, Plan]]

    def check(self, *, rows: int, pages: int) -> None:
        """All statements within, together: their rows and pages."""
        assert self.within, "nothing was explained"
        for query, plan in self.within:
            check(query, plan, rows=rows, pages=pages)
        assert sum(rows_of(plan) for _, plan in self.within) <= rows, "examines too many rows"
        assert sum(pages_of(plan) for _, plan in self.within) <= pages, "touches too many pages"


class Inside:
    """An administrator's connection, told by `auto_explain` what doors do within."""

    def __init__(self, database: Database) -> None:
        self.db = psycopg.connect(database.admin)
        self._said: list[str] = []
        self.db.add_notice_handler(lambda said: self._said.append(said.message_primary or ""))
        self.db.execute("LOAD 'auto_explain'")
        for name, value in _SETTINGS.items():
            self.db.execute("SELECT set_config(%s, %s, false)", [name, value])
        self.db.commit()

    def call(self, door: str, *given: Any) -> Called:
        """Call `door` by name; its parameters in order."""
        self.db.execute(_FLUSH)  # what was run before is only told of now
        self._said.clear()
        holes = ", ".join(["%s"] * len(given))
        call = f"SELECT * FROM {door}({holes})"  # noqa: S608
        rows = self.db.execute(call, given).fetchall()
        said = [json.loads(s[s.index("{") :]) for s in self._said if "plan:" in s]
        within = [(s["Query Text"], s["Plan"]) for s in said]
        within = [(q, plan) for q, plan in within if q != _FLUSH and door not in q]
        return Called(rows, within)

    def close(self) -> None:
        """Undo all that was done."""
        self.db.rollback()
        self.db.close()
