"""Runs inside an installation: numbers answer STOP, by the product's own function.

python stopping.py PRACTICE

Says that it is ready; then takes one line, a JSON list of numbers, and prints when the last of
their stops was committed.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from uuid import UUID


def main(practice: UUID) -> None:
    """All is imported before it says so: the stops are to fall in the middle of the sending."""
    from carepost.cli import installation

    with installation.opened(installation.leave_as_it_is):
        from carepost.people import consent
        from carepost.practice.audit import SYSTEM

        print("ready", flush=True)
        for number in json.loads(sys.stdin.readline()):
            consent.stop(practice, SYSTEM, channel="sms", address=number, how="reply")
        print(datetime.now(UTC).isoformat(), flush=True)


if __name__ == "__main__":
    main(UUID(sys.argv[1]))
