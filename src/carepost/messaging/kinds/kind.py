"""What every kind says of itself, and the wish it makes for a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.facts import Person


class Wish(NamedTuple):
    """A message that a kind wants to exist, before it has a channel's address and line.

    `moment` is when the rule wants it; `due` the same moved into the person's hours, or None where
    there is no such moment before `expires`. `about` are (visit, sequence) in the visits' order.
    """

    kind: str
    what: str
    rule_id: UUID
    step: int
    channel: str
    moment: datetime
    due: datetime | None
    expires: datetime
    about: tuple[tuple[UUID, int], ...]
    was: tuple[str, str, str] | None = None  # local date, time, zone that a notice speaks of as old


class VisitNow(NamedTuple):
    """A visit as the gates find it at the moment of arming."""

    id: UUID
    told_sequence: int  # as it was when the message was planned
    sequence: int
    status: str
    starts_at: datetime


class RuleNow(NamedTuple):
    """What a message's rule says at the moment of arming; empty where no rule made it."""

    when: str  # before, after, change
    skip_if_confirmed: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    `wishes(person, channel_of)` is pure: same facts, same wishes. `still_true(what, visit, rule,
    now)` gives the drop code of what no longer holds for one visit, or an empty string.
    `urgency` 0: due by a person's calendar; 1: a broadcast. `fields` are its merge fields.
    `when`: what sets off a rule of this kind; empty: no rule does. `to_staff`: it goes to a member,
    so it waits neither for the switch nor for hours.
    """

    name: str
    urgency: int
    needs_consent: bool
    fields: frozenset[str]
    whats: tuple[str, ...]
    when: frozenset[str]
    wishes: Callable[[Person, Callable[[str], str]], Iterable[Wish]]
    still_true: Callable[[str, VisitNow, RuleNow, datetime], str]
    to_staff: bool = False
