"""Planted bugs."""

from __future__ import annotations

from contextlib import contextmanager


@contextmanager
def planted(name, watch):
    yield
