"""What a file brings beside its visits: clients, what is new of known ones, types and the like."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection

from carepost.appointments.imports import facts, persons
from carepost.appointments.imports.rows import insert
from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.ground import ids
from carepost.people.models import Client, ContactPoint
from carepost.practice import audit, keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Fate
    from carepost.appointments.imports.persons import Person, Register
    from carepost.practice.models import Practice


def make_kinds(
    practice_id: UUID, actor: audit.Actor, decided: Iterable[Fate], there: Kinds
) -> Kinds:
    """Make the types, practitioners and places that visits name and the practice has not yet."""
    writing = [f for f in decided if f.writes]
    lengths: dict[str, int] = {}
    for fate in writing:
        if fate.type not in there.types:
            lengths.setdefault(
                fate.type, int((fate.ends_at - fate.starts_at).total_seconds() // 60)
            )
    names = dict.fromkeys(f.practitioner for f in writing)
    wheres = dict.fromkeys(f.place for f in writing if f.place)
    wanted: list[tuple[type[Model], str, list[Model]]] = [
        (
            AppointmentType,
            "type",
            [
                AppointmentType(practice_id=practice_id, name=n, minutes=max(1, m))
                for n, m in lengths.items()
            ],
        ),
        (
            Practitioner,
            "practitioner",
            [
                Practitioner(practice_id=practice_id, name=n)
                for n in names
                if n not in there.practitioners
            ],
        ),
        (
            Place,
            "place",
            [Place(practice_id=practice_id, name=n) for n in wheres if n not in there.places],
        ),
    ]
    if not any(rows for _, _, rows in wanted):
        return there
    for model, word, rows in wanted:
        if not rows:
            continue
        # Another who makes the same at once may win: then theirs is taken.
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
        made = model._default_manager.filter(id__in=[row.pk for row in rows])
        audit.record_all(practice_id, actor, f"{word}.add", word, made.values_list("pk", flat=True))
    return facts.kinds(practice_id)


def write_clients(
    practice: Practice,
    actor: audit.Actor,
    people: Sequence[Person],
    making: Collection[int],
    knowing: Collection[int],
    register: Register,
    now: datetime,
) -> set[UUID]:
    """Make the new clients numbered `making`; tell those in `knowing` what is new of them.

    Gives the clients of either that were made or changed.
    """
    made: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for number in making:
        person = people[number]
        made.append(
            {
                "id": person.client,
                "practice_id": practice.id,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "timezone": "",
                "language": "",
                "assigned_channel": "",
                "birth_date": person.birth_date,
                "source": register.source,
                "external_id": person.client_id,
                "sealed_key": "\\x" + keys.new_client_key(practice).hex(),
                "created_at": now,
            }
        )
        ranks: dict[str, int] = defaultdict(int)
        known = persons.Known(
            person.client, person.name, person.birth_date, register.source, person.client_id
        )
        for (system, value), use in person.points.items():
            ranks[system] += 1
            known.points[system, value] = ranks[system]
            points.append(
                _point(practice.id, person.client, system, value, use, ranks[system], now)
            )
        person.is_new = False
        register.add(known)
    insert(Client, made)
    changed = _learn(practice.id, people, knowing, register, points, now)
    insert(ContactPoint, points)
    new = {client["id"] for client in made}
    audit.record_all(practice.id, actor, "client.add", "client", sorted(new))
    audit.record_all(practice.id, actor, "client.change", "client", sorted(changed))
    return new | changed


def news_of(person: Person, register: Register) -> list[tuple[str, str]]:
    """The contact points that a person's rows bring and the client has not; none that were taken
    out of use, which the register knows too."""
    known = register.by_key.get(person.client)
    return [point for point in person.points if known and point not in known.points]


def _learn(
    practice_id: UUID,
    people: Sequence[Person],
    knowing: Collection[int],
    register: Register,
    points: list[dict[str, Any]],
    now: datetime,
) -> set[UUID]:
    """Contact points, ids and dates of birth that a file adds to clients who are here already."""
    changed: set[UUID] = set()
    shifted: list[tuple[UUID, str, int]] = []
    for number in knowing:
        person = people[number]
        known = register.by_key.get(person.client)
        if known is None:
            continue
        news = news_of(person, register)
        for system in sorted({system for system, _ in news}):
            fresh = [value for its, value in news if its == system]
            theirs = {value: rank for (its, value), rank in known.points.items() if its == system}
            # Where the program that the client came from no longer knows any of the old ones, the
            # new one has taken their place; else it stands behind them.
            first = known.source == register.source and not any(
                (system, value) in person.points for value in theirs
            )
            if first and theirs:
                shifted.append((known.id, system, len(fresh)))
            start = 0 if first else max(theirs.values(), default=0)
            for rank, value in enumerate(fresh, start + 1):
                known.points[system, value] = rank
                use = person.points[system, value]
                points.append(_point(practice_id, known.id, system, value, use, rank, now))
            changed.add(known.id)
        learnt: dict[str, object] = {}
        if person.client_id and not known.external_id:
            known.source, known.external_id = register.source, person.client_id
            learnt.update(source=known.source, external_id=known.external_id)
        if person.birth_date and not known.birth_date:
            known.birth_date = person.birth_date
            learnt["birth_date"] = person.birth_date
        if learnt:
            register.add(known)
            Client.objects.filter(id=known.id).update(**learnt)
            changed.add(known.id)
    if shifted:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_contactpoint p SET rank = p.rank + s.by FROM unnest(%s::uuid[],"
                " %s::text[], %s::int[]) AS s (client, system, by) WHERE p.practice_id = %s"
                " AND p.client_id = s.client AND p.system = s.system",
                [*map(list, zip(*shifted, strict=True)), practice_id],
            )
    return changed


def _point(
    practice_id: UUID, client: UUID, system: str, value: str, use: str, rank: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": ids.fresh(),
        "practice_id": practice_id,
        "client_id": client,
        "system": system,
        "value": value,
        "use": use,
        "rank": rank,
        "created_at": now,
    }
