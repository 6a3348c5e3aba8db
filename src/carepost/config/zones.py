"""After an update of tzdata: visits keep their local times, and their instants are set anew."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from carepost.appointments.zone_rules import recompute_instants
from carepost.practice.tenancy import practices

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

FILE = "tzdata.version"


def renew_instants(home: Path, now: datetime) -> int:
    """Recompute the visits of every practice, unless this host did so for this tzdata; how many
    moved. Several hosts may each do it: the second finds nothing to move."""
    kept, current = home / FILE, version("tzdata")
    if kept.exists() and kept.read_text() == current:
        return 0
    moved = sum(recompute_instants(practice, now) for practice in practices())
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept.write_text(current)
    return moved
