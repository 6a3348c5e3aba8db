"""One home for the tests that run the real command: making its database takes the longest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="carepost-up-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        yield Path(folder) / "home"
