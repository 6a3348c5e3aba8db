"""Runs inside an installation: these numbers answer STOP, by the product's own function.

python stopping.py PRACTICE NUMBER …
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from uuid import UUID


def main(practice: UUID, numbers: list[str]) -> None:
    """Prints when the last of them was committed."""
    from carepost.cli import installation

    with installation.opened(installation.leave_as_it_is):
        from carepost.people import consent
        from carepost.practice.audit import SYSTEM

        for number in numbers:
            consent.stop(practice, SYSTEM, channel="sms", address=number, how="reply")
        print(json.dumps(datetime.now(UTC).isoformat()))


if __name__ == "__main__":
    main(UUID(sys.argv[1]), sys.argv[2:])
