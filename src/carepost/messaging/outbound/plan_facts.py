"""Reading the facts of a batch of clients: one statement a table, however many clients."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from carepost.messaging.facts import (
    Agreement,
    Change,
    ClientFacts,
    LineFacts,
    Person,
    Point,
    PracticeFacts,
    RuleFacts,
    TemplateFacts,
    Told,
    Visit,
)
from carepost.messaging.hours import Quiet
from carepost.messaging.outbound.reconcile import Waiting
from carepost.messaging.outbound.statements import statement
from carepost.messaging.status import WAITING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from datetime import datetime
    from uuid import UUID

    from psycopg import AsyncConnection

LOOK_BACK = timedelta(days=60)
"""Visits that began before this are not planned for: no rule speaks later."""


class Case(NamedTuple):
    """One person to plan for, and what waits for them already."""

    person: Person
    waiting: list[Waiting]


Row = tuple[Any, ...]  # a row as psycopg gives it


Question = tuple[str, dict[str, Any]]
"""A named statement of plan.sql, and what is given to it."""


async def read_cases(
    db: AsyncConnection[Any], practices: list[UUID], clients: list[UUID], now: datetime
) -> list[Case]:
    """The facts of these clients, as of this moment; in the order of their ids."""
    reading = asking(practices, clients, now)
    rows: list[Row] | None = None
    while True:
        try:
            name, given = reading.send(rows)  # type: ignore[arg-type]  # None begins
        except StopIteration as read:
            cases: list[Case] = read.value
            return cases
        cursor = await db.execute(statement("plan", name), given, prepare=True)
        rows = await cursor.fetchall()


def asking(
    practices: list[UUID], clients: list[UUID], now: datetime
) -> Generator[Question, list[Row], list[Case]]:
    """The same over any sort of connection: asks by yielding, is sent the rows, gives the cases."""
    given = {"practices": practices, "clients": clients, "from": now - LOOK_BACK}

    def rows(name: str, **more: Any) -> Generator[Question, list[Row], list[Row]]:
        return (yield name, given | more)

    practice = {r[0]: _practice(r) for r in (yield from rows("practices"))}
    people = yield from rows("clients")
    points = _grouped((r[0], Point(*r[1:])) for r in (yield from rows("points")))
    visit_rows = yield from rows("visits")
    visits = [r[1] for r in visit_rows]
    changes = _grouped((r[0], Change(*r[1:])) for r in (yield from rows("changes", visits=visits)))
    visits_of = _grouped((r[0], Visit(*(*r[1:], tuple(changes[r[1]])))) for r in visit_rows)
    rules = _grouped((r[0], _rule(r)) for r in (yield from rows("rules")))
    lines = _lines((yield from rows("lines")))
    templates = _grouped((r[0], TemplateFacts(*r[1:])) for r in (yield from rows("templates")))
    consents = _grouped((r[0], Agreement(*r[1:])) for r in (yield from rows("consents")))
    shared = {p: (tuple(rules[p]), tuple(lines[p]), tuple(templates[p])) for p in practice}
    told, waiting = _spoken((yield from rows("spoken", visits=visits)))
    return [
        Case(
            Person(
                practice=practice[practice_id],
                client=ClientFacts(
                    client, zone, language, channel, tuple(points[client]), archived
                ),
                visits=tuple(visits_of[client]),
                rules=shared[practice_id][0],
                lines=shared[practice_id][1],
                templates=shared[practice_id][2],
                told=frozenset(told[client]),
                consents=tuple(consents[client]),
            ),
            waiting[client],
        )
        for client, practice_id, zone, language, channel, archived in people
    ]


def _grouped(pairs: Iterable[tuple[UUID, Any]]) -> defaultdict[UUID, list[Any]]:
    groups: defaultdict[UUID, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def _practice(row: Row) -> PracticeFacts:
    id_, timezone, language, enabled, opt_in, quiet_from, quiet_to = row
    return PracticeFacts(
        id=id_,
        timezone=timezone,
        language=language,
        messaging_enabled=enabled,
        opt_in_required=opt_in,
        quiet=Quiet(quiet_from, quiet_to) if quiet_from is not None else None,
    )


def _rule(row: Row) -> RuleFacts:
    (
        _,
        id_,
        kind,
        channel,
        when,
        days,
        seconds,
        at_time,
        types,
        practitioners,
        places,
        skip,
        since,
    ) = row
    return RuleFacts(
        id=id_,
        kind=kind,
        channel=channel,
        when=when,
        days=days,
        seconds=seconds,
        at_time=at_time,
        types=frozenset(types),
        practitioners=frozenset(practitioners),
        places=frozenset(places),
        skip_if_confirmed=skip,
        since=since,
    )


def _lines(rows: list[Row]) -> defaultdict[UUID, list[LineFacts]]:
    lanes: defaultdict[tuple[Any, ...], list[tuple[int, UUID]]] = defaultdict(list)
    for practice, use, channel, rank, urgency, lane in rows:
        lanes[practice, use, channel, rank].append((urgency, lane))
    return _grouped(
        (practice, LineFacts(use, channel, rank, tuple(found)))
        for (practice, use, channel, rank), found in lanes.items()
    )


def _spoken(
    rows: list[Row],
) -> tuple[defaultdict[UUID, set[Told]], defaultdict[UUID, list[Waiting]]]:
    told: defaultdict[UUID, set[Told]] = defaultdict(set)
    waiting: dict[UUID, tuple[UUID, Row, list[tuple[UUID, int]]]] = {}
    for client, message, *columns, visit, sequence, rule, step in rows:
        if columns[0] in WAITING:
            waiting.setdefault(message, (client, tuple(columns), []))[2].append((visit, sequence))
        else:
            told[client].add(Told(rule, step, visit, sequence))
    return told, _grouped(
        (client, Waiting(*(message, *columns, tuple(about))))
        for message, (client, columns, about) in waiting.items()
    )
