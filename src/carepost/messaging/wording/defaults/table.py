"""What a default template is."""

from __future__ import annotations

from typing import NamedTuple

Key = tuple[str, str, str]  # kind, channel, what


class DefaultTemplate(NamedTuple):
    """A subject ("" for a channel without one) and a body, both liquid."""

    subject: str
    body: str
