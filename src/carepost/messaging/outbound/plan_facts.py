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
    from collections.abc import Iterable
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


async def read_cases(
    db: AsyncConnection[Any], practices: list[UUID], clients: list[UUID], now: datetime
) -> list[Case]:
    """The facts of these clients, as of this moment; in the order of their ids."""
    given = {"practices": practices, "clients": clients, "from": now - LOOK_BACK}

    async def rows(name: str, **more: Any) -> list[Row]:
        cursor = await db.execute(statement("plan", name), given | more, prepare=True)
        return await cursor.fetchall()

    practice = {r[0]: _practice(r) for r in await rows("practices")}
    people = await rows("clients")
    points = _grouped((r[0], Point(*r[1:])) for r in await rows("points"))
    visit_rows = await rows("visits")
    visits = [r[1] for r in visit_rows]
    changes = _grouped((r[0], Change(*r[1:])) for r in await rows("changes", visits=visits))
    visits_of = _grouped((r[0], Visit(*(*r[1:], tuple(changes[r[1]])))) for r in visit_rows)
    rules = _grouped((r[0], _rule(r)) for r in await rows("rules"))
    lines = _lines(await rows("lines"))
    templates = _grouped((r[0], TemplateFacts(*r[1:])) for r in await rows("templates"))
    consents = _grouped((r[0], Agreement(*r[1:])) for r in await rows("consents"))
    told, waiting = _spoken(await rows("spoken", visits=visits))
    return [
        Case(
            Person(
                practice=practice[practice_id],
                client=ClientFacts(client, zone, language, channel, tuple(points[client])),
                visits=tuple(visits_of[client]),
                rules=tuple(rules[practice_id]),
                lines=tuple(lines[practice_id]),
                templates=tuple(templates[practice_id]),
                told=frozenset(told[client]),
                consents=tuple(consents[client]),
            ),
            waiting[client],
        )
        for client, practice_id, zone, language, channel in people
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
