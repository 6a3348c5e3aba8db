"""The demo's messages of the past: what the engine would have planned, and what came of each.

The wishes are the planner's own (`wanted`), asked of each visit as it stood after each of its
changes. So the planner, which looks at the same visits when the demo starts, has nothing to add.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from carepost.config.demo import diary, record
from carepost.config.demo.fates import RARE, Somebody, fate
from carepost.config.demo.register import trouble_since
from carepost.messaging.facts import Change, Told, Visit
from carepost.messaging.outbound.wanted import wanted
from carepost.messaging.rehearsal import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from carepost.config.demo.diary import Kept, Stand
    from carepost.config.demo.people import Fictitious
    from carepost.config.demo.setting import Setting
    from carepost.messaging.facts import Person

BATCH = 1000  # clients


def write(
    setting: Setting,
    visits: list[Kept],
    people: Mapping[UUID, Fictitious],
    now: datetime,
    *,
    rare: bool,
) -> int:
    """Write what was said of these visits until `now`; how many messages. Acting for the practice.

    `rare`: make some of the last days what seldom happens, so that there is one of each.
    """
    of_client: dict[UUID, list[Kept]] = defaultdict(list)
    for kept in visits:
        of_client[kept.client_id].append(kept)
    clients = sorted(of_client)
    # All is read before the first is written: the two share a connection.
    whole = reading.Reach(now, now, now, frozenset(), any=True)  # no visit is out of reach
    cases = [
        case
        for first in range(0, len(clients), BATCH)
        for case in reading.cases(
            setting.practice_id, clients[first : first + BATCH], now, whole, ()
        )
    ]
    left = list(RARE) if rare else []
    chance = random.Random(f"past {len(visits)}")  # noqa: S311 -- a demo
    with record.Book(setting, now, chance) as book:
        for number, case in enumerate(cases, 1):
            id_ = case.person.client.id
            who = Somebody(people[id_].trouble, trouble_since(people[id_], now))
            _of_client(setting, case.person, of_client[id_], who, now, left, chance, book)
            if number % BATCH == 0 or number == len(cases):
                book.close()
        book.wait()
        return book.count


def _of_client(
    setting: Setting, person: Person, visits: list[Kept], who: Somebody, now: datetime,
    rare: list[str], chance: random.Random, book: record.Book,
) -> None:  # fmt: skip
    unless_confirmed = {rule.id for rule in person.rules if rule.skip_if_confirmed}
    notices = {rule.id for rule in person.rules if rule.when == "change"}
    # That a number is bad was found out on the way.
    points = tuple(replace(point, invalid=False) for point in person.client.points)
    person = replace(person, client=replace(person.client, points=points))
    for kept in sorted(visits, key=lambda k: k.visit.starts_at):
        for stand, then in _as_they_stood(setting, person, kept, notices, now):
            for want in wanted(then):
                confirmed = kept.visit.confirmed_at if want.rule_id in unless_confirmed else None
                found = fate(want, stand, who, confirmed, now, rare, chance)
                if found:
                    book.write(then, kept, stand, want, found)


def _as_they_stood(
    setting: Setting, person: Person, kept: Kept, notices: set[UUID], now: datetime
) -> Iterator[tuple[Stand, Person]]:
    visit, told = kept.visit, frozenset[Told]()
    changes: tuple[Change, ...] = ()
    place = setting.places[visit.place]
    for stand in diary.stands(visit, now):
        active = stand.what != "cancelled"
        changes += (
            Change(
                stand.sequence, stand.at, stand.tell, stand.starts_at, stand.day, stand.clock,
                visit.zone, active, place,
            ),
        )  # fmt: skip
        then = Visit(
            kept.id, setting.types[visit.type], setting.practitioners[visit.practitioner], place,
            stand.day, stand.clock, visit.zone, stand.starts_at,
            "booked" if active else "cancelled", stand.sequence, stand.at, changes,
        )  # fmt: skip
        yield stand, replace(person, visits=(then,), told=told)
        if stand.tell:
            told |= {Told(rule, 1, kept.id, stand.sequence) for rule in notices}
