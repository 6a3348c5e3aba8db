"""House rules that no linter knows; run by `make lint`.

- No file of src/, tests/ or scripts/ has over 400 lines, unless a line in it says `Long because: …`
  (migrations and others' work in vendor/ apart).
- The messaging code takes the time as a parameter: no `now()`, nor its like, in its SQL.
- No model field sets its own time (`auto_now`, `auto_now_add`): the clock is given.
- No lock file holds an address.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 400
_SOURCES = {".py", ".sql", ".html", ".js", ".css"}
_REASON = re.compile(r"Long because: \S")
_SQL_TIME = re.compile(
    r"\b(now|(clock|statement|transaction)_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_(timestamp|time|date)|local(timestamp|time))\b",
    re.IGNORECASE,
)
_SQL = re.compile(r"\b(select|insert|update|delete|with|create|values|where)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(https?|file|ssh|git)://")


def complaints(root: Path) -> Iterator[str]:
    """What in the project at `root` breaks a house rule, each as `path:line: what`."""
    for folder in ("src", "tests", "scripts"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in _SOURCES and path.is_file() and "vendor" not in path.parts:
                name = path.relative_to(root)
                for line, what in _in_source(name, path.read_text()):
                    yield f"{name}:{line}: {what}"
    for pattern in ("requirements*.txt", "*lock.json", "*.lock"):
        for path in sorted(root.glob(pattern)):
            for line, text in enumerate(path.read_text().splitlines(), 1):
                if _ADDRESS.search(text):
                    yield f"{path.name}:{line}: a lock file holds hashes, not addresses"


def _in_source(name: Path, text: str) -> Iterator[tuple[int, str]]:
    lines = text.count("\n")
    made = "migrations" in name.parts  # by Django, in one piece
    if lines > LONGEST and not made and not _REASON.search(text):
        yield lines, f"{lines} lines; split it, or say in a line `Long because: …`"
    if name.parts[0] != "src":
        return
    in_messaging = name.is_relative_to("src/carepost/messaging")
    if name.suffix == ".sql" and in_messaging:
        yield from _times(re.sub(r"--.*", "", text), 1)
    if name.suffix == ".py":
        tree = ast.parse(text)
        yield from _own_times(tree)
        if in_messaging:
            for node in _strings(tree):
                if _SQL.search(node.value):
                    yield from _times(node.value, node.lineno)


def _times(sql: str, first_line: int) -> Iterator[tuple[int, str]]:
    for found in _SQL_TIME.finditer(sql):
        line = first_line + sql.count("\n", 0, found.start())
        yield line, f"`{found.group()}` in SQL; pass the time as %(now)s"


def _own_times(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            yield node.value.lineno, f"`{node.arg}`; set the field from the clock"


def _strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string but the docstrings, which may speak of `now()`."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node


if __name__ == "__main__":
    found = list(complaints(Path(__file__).parent.parent))
    print("\n".join(found))
    sys.exit(1 if found else 0)
