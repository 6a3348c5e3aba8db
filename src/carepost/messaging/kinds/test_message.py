"""A test that a member sends to their own phone or mailbox, to see how messages arrive.

It is about no visit and no client: it needs neither consent nor the switch, and keeps no hours. A
stop of that number or address still counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepost.messaging.kinds.kind import Kind, RuleNow, VisitNow, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from carepost.messaging.facts import Person

NAME = "test_message"


def wishes(person: Person, channel_of: Callable[[str], str]) -> Iterable[Wish]:
    """None: only a member sends one."""
    return ()


def still_true(what: str, visit: VisitNow, rule: RuleNow, now: datetime) -> str:
    """It speaks of no visit, so nothing it says can have changed."""
    return ""


KIND = Kind(
    name=NAME,
    urgency=0,
    needs_consent=False,
    fields=frozenset(),
    whats=("",),
    when=frozenset(),
    wishes=wishes,
    still_true=still_true,
    to_staff=True,
)
