"""Whose visits a file tells of: rows joined to persons, and persons to the practice's clients.

Never by a guess: by the other program's id; else by name and date of birth; else by name and a
phone number or an email address. Who fits two is refused.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepost.ground import ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from uuid import UUID

    from carepost.appointments.imports.said import Said

NOBODY = (
    "The row has neither a client id, nor a date of birth, a phone number or an email address "
    "beside the name: it cannot be told whose visit this is."
)
SEVERAL = "More than one client fits this row. Add a client id or a date of birth to the file."


@dataclass(slots=True)
class Person:
    """One person of a file: all that its rows say. `client` is who it is here, or will be."""

    client_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    name: str
    points: dict[tuple[str, str], str] = field(default_factory=dict)
    client: UUID = field(default_factory=ids.fresh)
    is_new: bool = False
    several: bool = False


@dataclass(slots=True)
class Known:
    """A client of the practice, as far as telling persons apart needs."""

    id: UUID
    name: str
    birth_date: date | None
    source: str
    external_id: str
    points: dict[tuple[str, str], int] = field(default_factory=dict)  # to its rank; also old ones


def gather(rows: Iterable[Said]) -> list[Person]:
    """The persons of a file; each readable row is given its `person`, or refused where two fit."""
    persons: list[Person] = []
    by_id: dict[str, int] = {}
    by_birth: dict[tuple[str, date], set[int]] = defaultdict(set)
    by_point: dict[tuple[str, str, str], set[int]] = defaultdict(set)

    def put(said: Said, number: int | None) -> None:
        if number is None:
            number = len(persons)
            persons.append(
                Person(said.client_id, said.first_name, said.last_name, said.birth_date, said.name)
            )
        person = persons[number]
        said.person = number
        person.birth_date = person.birth_date or said.birth_date
        if person.birth_date:
            by_birth[person.name, person.birth_date].add(number)
        for system, value, use in said.points:
            person.points.setdefault((system, value), use)
            by_point[person.name, system, value].add(number)

    readable = [said for said in rows if not said.refused]
    # Those who say more come first, so that those who say less can join them, in any order of rows.
    for said in readable:
        if said.client_id:
            put(said, by_id.get(said.client_id))
            by_id.setdefault(said.client_id, said.person or 0)
    for said in readable:
        if not said.client_id and said.birth_date:
            _join(said, by_birth[said.name, said.birth_date], put)
    for said in readable:
        if said.person is None and not said.client_id and not said.birth_date and said.points:
            fitting: set[int] = set()
            for system, value, _use in said.points:
                fitting |= by_point[said.name, system, value]
            _join(said, fitting, put)
    return persons


def _join(said: Said, fitting: set[int], put: Callable[[Said, int | None], None]) -> None:
    if len(fitting) > 1:
        said.refused = SEVERAL
    else:
        put(said, next(iter(fitting), None))


class Register:
    """The practice's clients by name and by the source's id; grows as an import makes more."""

    def __init__(self, source: str, clients: Iterable[Known]) -> None:
        self.source = source
        self.by_key: dict[UUID, Known] = {}
        self._by_id: dict[str, Known] = {}
        self._by_name: dict[str, list[Known]] = defaultdict(list)
        for client in clients:
            self.add(client)

    def add(self, client: Known) -> None:
        """Take in a client."""
        if client.id not in self.by_key:
            self.by_key[client.id] = client
            self._by_name[client.name].append(client)
        if client.external_id and client.source == self.source:
            self._by_id[client.external_id] = client

    def resolve(self, persons: Iterable[Person]) -> None:
        """Give each person its client: the one who fits, or the id of one yet to be made."""
        for person in persons:
            fitting = self._fitting(person)
            # An id of the other program's says who it is, whoever else looks alike.
            person.several = len(fitting) > 1 and not person.client_id
            if len(fitting) == 1:
                person.client, person.is_new = fitting[0].id, False
            else:
                person.is_new = True

    def _fitting(self, person: Person) -> list[Known]:
        if person.client_id and person.client_id in self._by_id:
            return [self._by_id[person.client_id]]
        alike = [
            known
            for known in self._by_name.get(person.name, ())
            if not (person.client_id and known.source == self.source and known.external_id)
            and not (
                person.birth_date and known.birth_date and person.birth_date != known.birth_date
            )
        ]
        born = [k for k in alike if person.birth_date and k.birth_date == person.birth_date]
        return born or [k for k in alike if person.points.keys() & k.points.keys()]
