"""Was it right to let this go, at that moment? Asked of every message armed, dropped or expired."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation import oracle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.telling import Move, Told
    from tests.simulation.truth import History

LAG = timedelta(minutes=10)
"""Within this the planner has taken a change into account, crashes and all."""


def wrong_to_arm(
    move: Move, history: History, told: Told, index: int, now: datetime
) -> Iterator[str]:
    """What speaks against having armed a message on what was true at `index`."""
    state = history.as_of(move.practice, index)
    client, rule = state.clients[move.client], state.rules[move.rule]
    if not state.enabled:
        yield "armed with messaging off"
    if not rule.active:
        yield "armed for a rule that was ended"
    if (move.channel, move.address) in state.stops:
        yield "armed after a stop"
    if not oracle.agreed(state, client, move.channel, move.address, move.kind):
        yield "armed without consent"
    if oracle.is_quiet(state, client, now):
        yield "armed in quiet hours"
    if any(p.value == move.address and p.invalid for p in client.points):
        yield "armed to an address that is wrong"
    meant = {
        (move.rule, v, s)
        for v, s in move.about
        if v in state.visits and oracle.may_be_said(rule, move.what, state.visits[v], s, now)
    }
    if not meant:
        yield "armed though no longer true"
    elif not _was_due(move, history, told, index, now, meant):
        yield "armed though the oracle wants no such message now"


def _was_due(
    move: Move, history: History, told: Told, index: int, now: datetime, meant: set[oracle.Key]
) -> bool:
    """Whether a message like it was due by some state that the planner may have planned by."""
    own = move.keys
    tellings = list(dict.fromkeys(t - own for t in told.lately(move.client, now - LAG)))
    for state in history.between(move.practice, now - LAG, index):
        client = state.clients[move.client]
        for known in tellings:
            for step in oracle.steps(state, client, known):
                if (
                    (step.rule, step.what, step.channel) == (move.rule, move.what, move.channel)
                    and step.keys & meant
                    and step.due is not None
                    and step.due <= now < step.expires
                    and oracle.address(client, step.channel)[0] == move.address
                ):
                    return True
    return False


def apart(move: Move, history: History, told: Told, index: int, now: datetime) -> bool:
    """Whether visits that should have shared this message were left out of it."""
    known = told.of(move.client, move.id)
    wholes = []
    for state in (
        history.as_of(move.practice, index),
        *history.between(move.practice, now - LAG, index),
    ):
        steps = oracle.steps(state, state.clients[move.client], known)
        wholes.append({s.keys for s in steps if s.rule == move.rule and s.keys & move.keys})
    agreed = wholes[0] if all(w == wholes[0] for w in wholes) else set()
    return len(agreed) == 1 and not next(iter(agreed)) <= move.keys


def wrong_to_drop(move: Move, history: History, index: int, now: datetime) -> bool:
    """Whether a message was dropped at the gates for a reason that did not hold."""
    state = history.as_of(move.practice, index)
    rule = state.rules[move.rule]
    if move.drop == "stopped":
        return (move.channel, move.address) not in state.stops
    if move.drop == "rule_off":
        return rule.active
    return any(
        v in state.visits and oracle.may_be_said(rule, move.what, state.visits[v], s, now)
        for v, s in move.about
    )


def wrong_to_expire(move: Move, history: History, told: Told, now: datetime) -> bool:
    """Whether a message that would still have made sense was given up."""
    known = told.of(move.client, move.id)
    for state in history.between(move.practice, now - LAG, history.index):
        steps = oracle.steps(state, state.clients[move.client], known)
        if not any(s.keys & move.keys and s.expires > now for s in steps):
            return False
    return True
