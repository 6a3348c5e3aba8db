"""Passwords here are hashed fast; that the product hashes slowly is a setting."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _fast_passwords(settings: object) -> None:
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    settings.PASSWORD_HASHERS = [hasher]  # type: ignore[attr-defined]
