"""What goes wrong with the embedded PostgreSQL."""

from __future__ import annotations


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says what to do about it."""
