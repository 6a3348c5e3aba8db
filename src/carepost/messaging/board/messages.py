"""The list of messages, latest due first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepost.messaging.board.filter import Filter

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from carepost.messaging.models import Message

NOTHING = Filter()


def messages(practice_id: UUID, asked: Filter = NOTHING) -> QuerySet[Message]:
    """The messages that are asked for, each with its `client`, latest due first.

    Cut it before it is read. What no list shows (trace, sealed words) is left out.
    """
    rows = asked.rows(practice_id).select_related("client").defer("trace", "sealed_words")
    return rows.order_by("-due_at", "-id")
