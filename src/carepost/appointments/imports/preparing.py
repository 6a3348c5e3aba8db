"""A file made ready to be decided on: read, its rows told apart, each with client and id."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from carepost.appointments.imports import facts, fates, persons, said
from carepost.appointments.imports.fates import AHEAD, Fate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Visit
    from carepost.appointments.imports.manner import Manner
    from carepost.appointments.imports.persons import Person, Register
    from carepost.appointments.imports.said import Said
    from carepost.appointments.imports.table import Table

TWICE = "The visit's id stands in more than one row, which differ: none of them was taken."
REPEATED = "The row says again what another row of the file says."
DEFAULT_MINUTES = 30


@dataclass(slots=True)
class Prepared:
    """A whole file. `named`: its visits have ids of their own; else they are known by client,
    practitioner, type and start, so that a moved one cannot be told from another."""

    rows: list[Said]
    people: list[Person]
    register: Register
    named: bool

    @property
    def present(self) -> set[str]:
        """The ids of all visits in the file, those of refused rows too."""
        return {s.external_id or s.visit_id for s in self.rows} - {""}

    def span(self, zone: str) -> tuple[datetime, datetime] | None:
        """From the first day of the file's visits to the end of the last; None where there is none.

        Also None where a row without an id of its own was refused: which visit it tells of is not
        known, so none can be said to be missing.
        """
        there = ZoneInfo(zone)
        days = [s.starts_at.astimezone(there).date() for s in self.rows if not s.refused]
        lost = any(s.refused and s.refused != REPEATED and not s.visit_id for s in self.rows)
        if not days or lost:
            return None
        return (
            datetime.combine(min(days), time.min, there),
            datetime.combine(max(days) + timedelta(days=1), time.min, there),
        )


def prepare(practice_id: UUID, source: str, table: Table, manner: Manner, kinds: Kinds) -> Prepared:
    """Read a file against the practice's clients as they are. Changes nothing; see `Prepared`."""
    zones = {name: zone for name, (_, zone) in kinds.places.items()}
    rows = said.all_of(table, manner, zones)
    named = any(row.visit_id for row in rows)
    _twice(rows)
    people = persons.gather(rows)
    owners = facts.clients_of_visits(practice_id, source) if named else {}
    owners = {id_: owners[id_] for row in rows if (id_ := row.visit_id) in owners}
    register = facts.register(practice_id, source, {row.name for row in rows}, set(owners.values()))
    register.resolve(people)
    _by_visit(rows, people, register, owners)
    for row in rows:
        if row.refused:
            continue
        if row.client is None:
            if row.person is None or people[row.person].several:
                row.refused = persons.NOBODY if row.person is None else persons.SEVERAL
                continue
            row.client = people[row.person].client
        row.external_id = row.visit_id or _made_id(row)
    _repeated(rows)
    return Prepared(rows, people, register, named)


def decide(
    prepared: Prepared, rows: Sequence[Said], visits: Mapping[str, Visit], kinds: Kinds
) -> list[Fate]:
    """The fates of some rows, given the visits that their ids have here."""
    decided = []
    for row in rows:
        if row.refused:
            decided.append(fates.refused(row, row.refused))
            continue
        usual = kinds.types.get(row.type, (None, DEFAULT_MINUTES, False))[1]
        decided.append(fates.decide(row, visits.get(row.external_id), usual))
    return decided


def _twice(rows: list[Said]) -> None:
    """Refuse rows that share a visit's id, unless they all say the same."""
    count = Counter(row.visit_id for row in rows if row.visit_id)
    sharing: dict[str, list[Said]] = defaultdict(list)
    for row in rows:
        if count[row.visit_id] > 1 and row.visit_id:
            sharing[row.visit_id].append(row)
    for alike in sharing.values():
        words = {(row.refused, row.client_id, row.name, row.refused or row.key) for row in alike}
        for place, row in enumerate(alike):
            if len(words) > 1:
                row.refused = row.refused or TWICE
            elif place:
                row.refused = row.refused or REPEATED


def _by_visit(
    rows: list[Said],
    people: list[Person],
    register: Register,
    owners: Mapping[str, UUID],
) -> None:
    """Know persons by their visits: whoever has the visit's id and the name of its client is that
    client, with a new phone number perhaps. Rows that say a name alone are known by nothing else.
    """
    for row in rows:
        owner = register.by_key.get(owners[row.visit_id]) if row.visit_id in owners else None
        if row.refused or row.client_id or owner is None or owner.name != row.name:
            continue
        if row.birth_date and owner.birth_date and row.birth_date != owner.birth_date:
            continue
        row.client = owner.id
        if row.person is not None and (people[row.person].is_new or people[row.person].several):
            person = people[row.person]
            person.client, person.is_new, person.several = owner.id, False, False


def _made_id(row: Said) -> str:
    told = (str(row.client), row.practitioner, row.type, row.starts_at.isoformat())
    return "~" + sha256("\0".join(told).encode()).hexdigest()[:40]


def _repeated(rows: list[Said]) -> None:
    """Of rows that tell of one visit without an id (a line for each item of a bill, or one that was
    cancelled and booked again), take the first that is on, else the first."""
    alike: dict[str, list[Said]] = defaultdict(list)
    for row in rows:
        if not row.refused and not row.visit_id:
            alike[row.external_id].append(row)
    for group in alike.values():
        if len(group) > 1:
            taken = next((row for row in group if row.status in AHEAD), group[0])
            for row in group:
                if row is not taken:
                    row.refused = REPEATED
