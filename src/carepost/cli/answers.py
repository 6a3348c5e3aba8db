"""How a command answers: words for a person, JSON for a program."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, on one line.")]


def answer(values: Any, words: Iterable[str], *, as_json: bool) -> None:
    """Print `values` (what JSON can hold, ids and times), or else the lines of words."""
    if as_json:
        print(json.dumps(values, default=_text, ensure_ascii=False))
    else:
        for line in words:
            print(line)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
