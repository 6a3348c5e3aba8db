"""One installation for all walks; each walk has a practice of its own in it."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.walks.house import open_house

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.walks.house import House

_number = count(1)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="carepost-walks-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with open_house(Path(folder)) as it:
            yield it


@pytest.fixture
def founded(house: House) -> Callable[[], dict[str, str]]:
    """Makes a practice by the command: its ids, token, and the link for its owner."""
    return lambda: house.found("Northside Family Care", f"owner{next(_number)}@north.test")
