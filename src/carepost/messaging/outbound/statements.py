"""The hot path's SQL: each file of `sql/` holds named statements, `-- name:` before each."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def statement(file: str, name: str) -> str:
    """The text of one named statement. Raises KeyError where there is none."""
    return _all(file)[name]


@cache
def _all(file: str) -> dict[str, str]:
    text = files(__package__).joinpath("sql", f"{file}.sql").read_text()
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (p.strip() for p in parts[2::2]), strict=True))
