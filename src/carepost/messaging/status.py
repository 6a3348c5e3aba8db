"""The table of a message's statuses, and which may follow which.

The same table stands in the database as a trigger, literal in its migration;
`tests/messaging/test_status.py` compares the two.
"""

from enum import StrEnum


class Status(StrEnum):
    """Where a message is. Each member's comment says what is true in the world."""

    PLANNED = "planned"  # waits for its time
    HELD = "held"  # may not go yet; `hold` says why and what would release it
    SENDING = "sending"  # past the point of no return, being handed over
    UNCERTAIN = "uncertain"  # handed over, and no answer came: the carrier is being asked
    NEEDS_PERSON = "needs_person"  # the carrier's list does not settle it either
    SENT = "sent"  # the carrier took it
    DELIVERED = "delivered"  # the carrier says it arrived
    UNDELIVERED = "undelivered"  # the carrier took it, and says it did not arrive
    NO_RECEIPT = "no_receipt"  # sent, and nothing was heard of it in time
    FAILED = "failed"  # the carrier refused it for good
    DROPPED = "dropped"  # never left, by decision; `drop` says which
    EXPIRED = "expired"  # never left, and would no longer make sense
    RECEIVED = "received"  # said to us


S = Status

MOVES: dict[Status, frozenset[Status]] = {
    S.PLANNED: frozenset({S.SENDING, S.HELD, S.DROPPED, S.EXPIRED}),
    S.HELD: frozenset({S.PLANNED, S.DROPPED, S.EXPIRED}),
    S.SENDING: frozenset(
        {S.SENT, S.PLANNED, S.FAILED, S.UNCERTAIN, S.DELIVERED, S.UNDELIVERED, S.EXPIRED}
    ),
    S.UNCERTAIN: frozenset({S.SENT, S.DELIVERED, S.UNDELIVERED, S.PLANNED, S.NEEDS_PERSON}),
    S.NEEDS_PERSON: frozenset({S.SENT, S.PLANNED, S.DROPPED, S.DELIVERED, S.UNDELIVERED}),
    S.SENT: frozenset({S.DELIVERED, S.UNDELIVERED, S.NO_RECEIPT}),
    S.NO_RECEIPT: frozenset({S.DELIVERED, S.UNDELIVERED}),
    S.FAILED: frozenset({S.PLANNED}),
    S.UNDELIVERED: frozenset({S.PLANNED}),
    S.DELIVERED: frozenset(),
    S.DROPPED: frozenset({S.PLANNED, S.HELD}),  # whoever called it off takes that back
    S.EXPIRED: frozenset(),
    S.RECEIVED: frozenset(),
}

FIRST = frozenset({S.PLANNED, S.HELD, S.RECEIVED})
"""What a new row may begin as."""

WAITING = frozenset({S.PLANNED, S.HELD})
"""Not yet past the point of no return: the planner may still change or drop it."""

FINAL = frozenset({S.DELIVERED, S.UNDELIVERED, S.NO_RECEIPT, S.FAILED, S.DROPPED, S.EXPIRED})
"""Nothing of ours moves it further; a receipt or a person still may."""


def may_follow(old: Status, new: Status) -> bool:
    """Whether a message may move from `old` to `new`. Staying where it is always may."""
    return old == new or new in MOVES[old]
