"""How a command ends: its exit code and, where something went wrong, one sentence."""

from __future__ import annotations

import os
import sys
from datetime import UTC
from typing import NoReturn

import typer

OK = 0
REFUSED = 1  # what was asked cannot be done as asked; a check of `doctor` failed
USAGE = 2  # the command line itself is wrong
UNREACHABLE = 3  # the database, a port or a file that it needs cannot be reached
UNEXPECTED = 4  # a fault of ours: a reference number, and where it happened in errors.log


class Refusal(Exception):
    """A command cannot do what it was asked; the sentence says what to do instead."""

    def __init__(self, sentence: str, code: int = REFUSED) -> None:
        super().__init__(sentence)
        self.code = code


def end_with(error: Exception) -> NoReturn:
    """Say what went wrong and exit. Raises typer.Exit."""
    code, sentence = verdict(error)
    print(sentence, file=sys.stderr)
    raise typer.Exit(code) from None


def verdict(error: Exception) -> tuple[int, str]:
    """The exit code and the sentence for an error. Writes errors.log for one that nobody expected.

    The families are looked for among what is already imported: an error of a module that is not
    cannot have been raised.
    """
    if isinstance(error, Refusal):
        return error.code, str(error)
    for module, name, code in _FAMILIES:
        family = getattr(sys.modules.get(module), name, None)
        if family is not None and isinstance(error, family):
            return code, _sentence(error)
    for module in ("django.db", "psycopg"):
        family = getattr(sys.modules.get(module), "OperationalError", None)
        if family is not None and isinstance(error, family):
            # Its own words name users and hosts; `doctor` says more.
            return UNREACHABLE, "The database cannot be reached. Run `carepost doctor`."
    if isinstance(error, OSError) and error.filename:
        return UNREACHABLE, f"{error.filename} cannot be used: {error.strerror}."
    return UNEXPECTED, _unexpected(error)


_FAMILIES = (
    ("carepost.practice.errors", "Refused", REFUSED),
    ("carepost.config.environment", "Misconfigured", REFUSED),
    ("carepost.ground.sealing", "SealingError", REFUSED),
    ("carepost.config.embedded_postgres.errors", "EmbeddedPostgresError", UNREACHABLE),
    ("carepost.config.database", "RolesMissing", UNREACHABLE),
)


def _sentence(error: Exception) -> str:
    field = getattr(error, "field", "")
    return f"{error} ({field})" if field else str(error)


def _unexpected(error: Exception) -> str:
    from carepost.config.environment import ENVIRONMENT
    from carepost.ground import clock
    from carepost.web import mishaps

    number = mishaps.reference()
    path = ENVIRONMENT.home / "errors.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as log:
            at = clock.now().astimezone(UTC).isoformat(timespec="seconds")
            log.write(f"{at} {number}\n{mishaps.describe(error)}\n\n")
    except OSError:
        return f"Something went wrong on our side ({number}), and {path} could not be written."
    return f"Something went wrong on our side. {path} says where, under the number {number}."
