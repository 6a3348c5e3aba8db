"""The command line: `carepost`."""

from __future__ import annotations


def main() -> None:
    """Run the command that the process was started with, and exit with its code."""
    from carepost.cli.program import program  # late: whoever imports a part needs not the whole

    program()
