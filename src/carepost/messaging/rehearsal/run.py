"""Rehearsing: for everyone whom a proposal can reach, plan without it and with it, and compare."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.messaging.hours import zone_of
from carepost.messaging.rehearsal import propose, reading
from carepost.messaging.rehearsal.affected import Side, affected, change_of, paired
from carepost.messaging.rehearsal.fate import Foreseeing
from carepost.messaging.rehearsal.outbox import both
from carepost.messaging.rehearsal.result import Progress
from carepost.messaging.rehearsal.speech import Speech
from carepost.messaging.rehearsal.tally import Tally
from carepost.practice import tenancy
from carepost.practice.errors import NotFound
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.outbound.plan_facts import Case
    from carepost.messaging.rehearsal.amendment import Amendment
    from carepost.messaging.rehearsal.fate import Stops
    from carepost.messaging.rehearsal.outbox import Planned
    from carepost.messaging.rehearsal.proposal import Proposal
    from carepost.messaging.rehearsal.reading import Reach
    from carepost.messaging.rehearsal.result import Rehearsal

AHEAD = timedelta(days=14)
FIRST = 100


def rehearse(
    practice_id: UUID,
    proposal: Proposal,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    *,
    first: int = FIRST,
    after: tuple[str, ...] | None = None,
    only: str = "",
) -> Rehearsal:
    """What a change would do to the messages of the next 14 days. Changes nothing.

    `progress` is told of clients done, and how many there are. Of the affected messages it gives
    the `first` in due order that come `after` the place where a former rehearsal ended (its
    `more`), of one change `only`. Raises what the change itself would.
    """
    steps = rehearsing(practice_id, proposal, now, first=first, after=after, only=only)
    while True:
        try:
            step = next(steps)
        except StopIteration as done:
            found: Rehearsal = done.value
            return found
        if progress is not None:
            progress(step.done, step.total)


def rehearsing(
    practice_id: UUID,
    proposal: Proposal,
    now: datetime,
    *,
    first: int = FIRST,
    after: tuple[str, ...] | None = None,
    only: str = "",
) -> Generator[Progress, None, Rehearsal]:
    """The same step by step, for a page that shows how far it is; its value is the rehearsal."""
    until = now + AHEAD
    with tenancy.acting_for(practice_id):
        practice = Practice.objects.filter(id=practice_id).first()
        if practice is None:
            raise NotFound("There is no such practice.")
        amendment = propose.amendment(practice, proposal, now)
        speech = Speech(practice, amendment)
        zone = zone_of(practice.timezone)
        tally = Tally(now, until, zone, keep=first, after=after, only=only)
        reach = reading.reach(practice_id, amendment, now, until)
        everyone = reading.clients(practice_id, reach)
        yield Progress(0, len(everyone))
        for start in range(0, len(everyone), reading.BATCH):
            batch = everyone[start : start + reading.BATCH]
            with _uncollected():
                _batch(practice_id, batch, amendment, reach, now, speech, tally)
            yield Progress(start + len(batch), len(everyone))
        found = tally.result(len(everyone))
        speech.total(found.without, with_=False)
        speech.total(found.with_, with_=True)
        return found


def _batch(
    practice_id: UUID,
    batch: list[UUID],
    amendment: Amendment,
    reach: Reach,
    now: datetime,
    speech: Speech,
    tally: Tally,
) -> None:
    unplanned = reading.unplanned(practice_id, batch)
    cases = reading.cases(practice_id, batch, now, reach, unplanned)
    addresses = {point.value for case in cases for point in case.person.client.points}
    stops = reading.stops(practice_id, addresses)
    for case in cases:
        settled = case.person.client.id not in unplanned
        _person(case, amendment, now, stops, speech, tally, settled=settled)
    if speech.unmeasured:
        names = {person.client.id for person, *_ in speech.unmeasured}
        speech.measure(reading.first_names(names))


def _person(
    case: Case,
    amendment: Amendment,
    now: datetime,
    stops: Stops,
    speech: Speech,
    tally: Tally,
    *,
    settled: bool,
) -> None:
    person, changed = case.person, amendment.of(case.person)
    near_ones = list(_near(both(case, changed, amendment, now, settled=settled), tally))
    if not near_ones:
        return
    asked, asked_then = Foreseeing(person, stops), Foreseeing(changed, stops)
    for old, new, near, near_then in near_ones:
        before = after = None
        if old is not None:
            before = Side(old, asked.fate(old, now), speech.source(person, old))
        if new is old and before is not None and not amendment.is_asked_of(before.planned):
            after = before
        elif new is not None:
            after = Side(new, asked_then.fate(new, now), speech.source(changed, new))
        if before is not None and near:
            tally.side(before, with_=False)
            speech.hear(person, before, with_=False)
        if after is not None and near_then:
            tally.side(after, with_=True)
            speech.hear(changed, after, with_=True)
        last = after or before
        change = "" if before is after else change_of(before, after)
        if change and last is not None and tally.count(change, last):
            tally.keep(affected(person, amendment, change, before, after))


def _near(
    sides: tuple[list[Planned], list[Planned]], tally: Tally
) -> Iterator[tuple[Planned | None, Planned | None, bool, bool]]:
    """The pairs of which one at least lies in the time that is rehearsed, and which one does."""
    for old, new in paired(*sides):
        near = old is not None and tally.is_near(old)
        near_then = near if new is old else new is not None and tally.is_near(new)
        if near or near_then:
            yield old, new, near, near_then


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cycle collector, which finds none in the facts and doubles the time to read them.

    What a batch made is freed by its end. If two do this at once, it may be on again a batch early.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
