"""`import csv`: a file of visits into a practice's calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carepost.cli.answers import AsJson, answer
from carepost.cli.practices import PracticeId


def import_csv(
    file: Annotated[Path, typer.Argument(help="A CSV file with a line of column names.")],
    practice: PracticeId,
    source: Annotated[str, typer.Option(help="Which program it comes from.")] = "csv",
    dry_run: Annotated[bool, typer.Option(help="Tell each row's fate; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import visits. The same file again changes nothing; a changed one moves and cancels."""
    raise NotImplementedError
