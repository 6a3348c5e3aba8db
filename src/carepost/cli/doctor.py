"""`doctor`: looks at everything that an installation leans on, and says what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from carepost.cli.answers import AsJson, answer
from carepost.cli.outcomes import REFUSED, UNREACHABLE

if TYPE_CHECKING:
    from carepost.cli.findings import Finding

_SIGNS = {"ok": "ok  ", "warn": "look", "fail": "FAIL"}


def doctor(as_json: AsJson = False) -> None:
    """Check settings, database, roles, lines, worker and time zones. Exit code 1 if one fails."""
    findings, reached = _examine()
    answer(
        {"findings": [f.__dict__ for f in findings], "well": _well(findings)},
        [f"{_SIGNS[f.state]}  {f.about}: {f.sentence}" for f in findings],
        as_json=as_json,
    )
    if not reached:
        raise typer.Exit(UNREACHABLE)
    if not _well(findings):
        raise typer.Exit(REFUSED)


def _examine() -> tuple[list[Finding], bool]:
    """What was found, and whether the database could be used."""
    from carepost.cli import findings, installation

    found = findings.of_settings()
    try:
        with installation.opened():
            found += findings.of_database()
    except Exception as error:
        found.append(findings.of_failure(error))
        return found + findings.not_looked_at(), False
    return found + findings.not_looked_at(), True


def _well(findings: list[Finding]) -> bool:
    return all(f.state != "fail" for f in findings)
