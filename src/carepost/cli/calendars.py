"""`import csv`: a file of visits into a practice's calendar."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 -- typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carepost.cli.answers import AsJson, answer
from carepost.cli.outcomes import USAGE, Refusal
from carepost.cli.practices import PracticeId  # noqa: TC001 -- typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.appointments.models import Import

COUNTS = ("created", "moved", "cancelled", "unchanged", "refused")
MOST_ROWS = 20
_TOLD = ("refuse", "note")


def import_csv(
    file: Annotated[Path, typer.Argument(help="A CSV file with a line of column names.")],
    practice: PracticeId,
    source: Annotated[
        str, typer.Option(help="Which program it comes from; the same name each time.")
    ] = "csv",
    dry_run: Annotated[bool, typer.Option(help="Tell each row's fate; change nothing.")] = False,
    cancel_missing: Annotated[
        bool, typer.Option(help="Cancel visits ahead that the file has no more.")
    ] = False,
    tell_booked: Annotated[
        bool, typer.Option(help="Notify clients of new visits too, not only of changes.")
    ] = False,
    column: Annotated[
        list[str] | None, typer.Option(help="What a column says, as start='Appt begins'.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import visits. The same file again changes nothing; a changed one moves and cancels."""
    mapping = _mapping(column)
    content = file.read_bytes()
    from carepost.cli import installation
    from carepost.ground import clock

    with installation.opened():
        from carepost.appointments import imports
        from carepost.practice.audit import SYSTEM

        found = imports.check(
            practice,
            SYSTEM,
            content=content,
            file_name=file.name,
            source=source,
            mapping=mapping,
            options={"cancel_missing": cancel_missing, "tell_booked": tell_booked},
            now=clock.now(),
        )
        if not dry_run:
            found = imports.apply(practice, found.id, SYSTEM, clock.now())
    answer(_values(found), _words(found, dry_run=dry_run), as_json=as_json)


def _mapping(columns: list[str] | None) -> dict[str, str] | None:
    if not columns:
        return None
    pairs = [given.partition("=") for given in columns]
    if not all(sign for _, sign, _ in pairs):
        raise Refusal("--column takes what it says and its name, as start='Appt begins'.", USAGE)
    return {thing: name for thing, _, name in pairs}


def _values(found: Import) -> dict[str, Any]:
    return {
        "import_id": found.id,
        "status": found.status,
        "rows": found.rows,
        **{name: getattr(found, name) for name in COUNTS},
        "report": found.report,
    }


def _words(found: Import, *, dry_run: bool) -> Iterator[str]:
    counts = ", ".join(f"{getattr(found, name)} {name}" for name in COUNTS)
    yield f"{found.rows} rows: {counts}." + (" Nothing was changed." if dry_run else "")
    told = [line for line in found.report if dry_run or line["fate"] in _TOLD]
    for line in told if dry_run else told[:MOST_ROWS]:
        row = f"row {line['row']}" if line.get("row") else "the file"
        yield f"  {row}: {line['fate']}. {line.get('reason', '')}".rstrip()
    if not dry_run and len(told) > MOST_ROWS:
        yield f"  and {len(told) - MOST_ROWS} more: --json has them all."
