"""People and staff: what they do, by the product's own functions, and what is true afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError

from carepost.appointments import booking
from carepost.messaging import rules
from carepost.people import consent, register
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Refused
from tests.simulation import building, oracle
from tests.simulation.truth import (
    Change,
    Client,
    Consent,
    History,
    Point,
    Rule,
    State,
    Visit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random
    from uuid import UUID


SYSTEM_OF = {"sms": "phone", "email": "email"}


@dataclass
class World:
    """`note` keeps the trace; `town` is shared by its practices."""

    chance: Random
    clock: Callable[[], datetime]
    note: Callable[[str], None]
    history: History = field(default_factory=History)
    far: dict[UUID, str] = field(default_factory=dict)
    refused_ops: int = 0

    def build(self, practices: int, clients: int) -> None:
        """Found the practices; rules and first visits follow as things that happen."""
        self.town = building.Town(self.chance)
        host = building.host_line()
        for n in range(practices):
            state, far = building.found(self.town, n, clients, host)
            self.far[state.id] = far
            self.history.record(self.clock(), state)
            for rule in building.some_rules(self.chance):
                self._add_rule(state.id, rule)
            for client in list(state.clients):
                for _ in range(self.chance.randint(1, 2)):
                    self.book(state.id, client)
                if state.opt_in and self.chance.random() < 0.6:
                    self.give(state.id, client)

    # --- what happens -------------------------------------------------------------------------

    def something(self, practice: UUID) -> None:
        """One thing happens in a practice, chosen by its weight."""
        client = self.chance.choice(list(self.history.now(practice).clients))
        ops: list[tuple[Callable[..., None], float]] = [
            (self.book, 6), (self.move, 3), (self.cancel, 2), (self.confirm, 2), (self.stop, 0.6),
            (self.lift, 0.4), (self.withdraw, 0.6), (self.give, 0.6), (self.reach, 0.5),
            (self.change_person, 0.4),
        ]  # fmt: skip
        staff: list[tuple[Callable[..., None], float]] = [
            (self.add_rule, 0.25), (self.end_rule, 0.2), (self.change_rule, 0.3),
            (self.enable, 0.2), (self.opt_in, 0.1), (self.hours, 0.25),
        ]  # fmt: skip
        chosen = self._pick(ops + staff)
        if any(chosen == op for op, _ in staff):
            chosen(practice)
        else:
            chosen(practice, client)

    def something_to(self, practice: UUID, client: UUID) -> None:
        """One thing that should keep a message to this person from going, or change it."""
        ops = [
            (self.cancel, 4), (self.move, 3), (self.confirm, 1.5), (self.stop, 1.5),
            (self.withdraw, 1.5), (self.enable, 0.7), (self.hours, 0.3), (self.end_rule, 0.3),
        ]  # fmt: skip
        chosen = self._pick(ops)
        if chosen in (self.enable, self.hours, self.end_rule):
            chosen(practice)
        else:
            chosen(practice, client)

    def _pick(self, ops: list[tuple[Callable[..., None], float]]) -> Callable[..., None]:
        return self.chance.choices([op for op, _ in ops], [w for _, w in ops])[0]

    def book(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        at = building.a_moment(self.chance, state, self.clock(), self.chance.random() < 0.25)
        away = self.chance.random() < 0.15
        siblings = [v for v in state.visits.values() if v.active and v.starts_at > self.clock()]
        if siblings and self.chance.random() < 0.3:  # a family comes together, or one twice a day
            at = self.chance.choice(siblings).starts_at + timedelta(
                minutes=self.chance.choice([0, 0, 30, 120])
            )
        type_ = self.chance.choice(building.TYPES)
        tell = self.chance.random() < 0.9
        with self._act(practice, f"book {client}"):
            made = booking.book(
                practice, SYSTEM, client_id=client, type=type_,
                practitioner=f"Dr {self.chance.randint(1, 9)}",
                place=building.FAR_OFFICE if away else None,
                starts_at=at, minutes=15, tell=tell, now=self.clock(),
            )  # fmt: skip
            zone = self.far[practice] if away else state.zone
            visit = Visit(
                made.id, client, type_, zone, at, oracle.wall(at, zone), "booked", 0, self.clock(),
                (Change(0, self.clock(), tell, at, active=True),),
            )  # fmt: skip
            self._keep(state, visit)

    def move(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        visit = self._ahead(state, client)
        if visit is None:
            return
        at = building.a_moment(self.chance, state, self.clock(), self.chance.random() < 0.2)
        if self.chance.random() < 0.4:
            at = visit.starts_at + timedelta(minutes=self.chance.choice([-60, 15, 30, 60, 1440]))
        tell = self.chance.random() < 0.85
        with self._act(practice, f"move {visit.id}"):
            booking.move(practice, visit.id, SYSTEM, starts_at=at, tell=tell, now=self.clock())
            if at == visit.starts_at:
                return
            change = Change(visit.sequence + 1, self.clock(), tell, at, active=True)
            self._keep(
                state,
                replace(
                    visit, starts_at=at, wall=oracle.wall(at, visit.zone), status="booked",
                    sequence=change.sequence, scheduled_at=self.clock(),
                    changes=(*visit.changes, change),
                ),
            )  # fmt: skip

    def cancel(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        visit = self._ahead(state, client)
        if visit is None:
            return
        tell = self.chance.random() < 0.85
        with self._act(practice, f"cancel {visit.id}"):
            booking.cancel(practice, visit.id, SYSTEM, tell=tell, now=self.clock())
            change = Change(visit.sequence + 1, self.clock(), tell, visit.starts_at, active=False)
            self._keep(
                state,
                replace(
                    visit, status="cancelled", sequence=change.sequence,
                    changes=(*visit.changes, change),
                ),
            )  # fmt: skip

    def confirm(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        visit = self._ahead(state, client)
        if visit is None:
            return
        with self._act(practice, f"confirm {visit.id}"):
            booking.confirm(practice, visit.id, SYSTEM, now=self.clock())
            self._keep(state, replace(visit, status="confirmed"))

    def stop(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        channel, value = self._address(state, client)
        if not value:
            return
        with self._act(practice, f"stop {channel} {value}"):
            consent.stop(
                practice, SYSTEM, channel=channel, address=value, how="reply", now=self.clock()
            )
            self._record(state.having(stops=state.stops | {(channel, value)}))

    def lift(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        if not state.stops:
            return
        channel, value = self.chance.choice(sorted(state.stops))
        with self._act(practice, f"lift {channel} {value}"):
            consent.lift(
                practice, SYSTEM, channel=channel, address=value, how="reply", now=self.clock()
            )
            self._record(state.having(stops=state.stops - {(channel, value)}))

    def give(self, practice: UUID, client: UUID) -> None:
        self._say(practice, client, given=True)

    def withdraw(self, practice: UUID, client: UUID) -> None:
        self._say(practice, client, given=False)

    def _say(self, practice: UUID, client: UUID, *, given: bool) -> None:
        state = self.history.now(practice)
        channel, value = self._address(state, client)
        if not value:
            return
        kinds = self.chance.choice([(), (), (oracle.REMINDER,), (oracle.NOTICE,)])
        said = consent.give if given else consent.withdraw
        with self._act(practice, f"consent {given} {client} {channel} {kinds}"):
            said(
                practice, client, SYSTEM, channel=channel, address=value, kinds=kinds,
                how="spoken", now=self.clock(),
            )  # fmt: skip
            word = Consent(client, channel, value, kinds, given)
            self._record(state.having(consents=(*state.consents, word)))

    def reach(self, practice: UUID, client: UUID) -> None:
        """A new number or address is noted for a person."""
        state = self.history.now(practice)
        person = state.clients[client]
        system = self.chance.choice(["phone", "phone", "email"])
        made = len(person.points)
        value = self.town.number() if system == "phone" else f"{person.name}.{made}@people.test"
        value = value.lower()
        with self._act(practice, f"reach {client} {value}"):
            register.add_contact_point(
                practice, SYSTEM, client_id=client, system=system, value=value
            )
            point = Point(system, value, made)
            self._person(state, replace(person, points=(*person.points, point)))

    def change_person(self, practice: UUID, client: UUID) -> None:
        state = self.history.now(practice)
        person = state.clients[client]
        zone, assigned = person.zone, person.assigned
        if self.chance.random() < 0.5:
            zone = self.chance.choice(["", *building.ZONES])
        else:
            assigned = self.chance.choice(["", "sms", "email"])
        with self._act(practice, f"person {client} {zone} {assigned}"):
            register.change_client(
                practice, client, SYSTEM, timezone=zone, assigned_channel=assigned
            )
            self._person(state, replace(person, zone=zone, assigned=assigned))

    # --- staff --------------------------------------------------------------------------------

    def add_rule(self, practice: UUID) -> None:
        if len([r for r in self.history.now(practice).rules.values() if r.active]) < 7:
            self._add_rule(practice, self.chance.choice(building.some_rules(self.chance)))

    def _add_rule(self, practice: UUID, given: dict[str, Any]) -> None:
        state = self.history.now(practice)
        with self._act(practice, f"rule {sorted(given.items(), key=str)}"):
            types = given.get("types", [])
            if types and not any(v.type in types for v in state.visits.values()):
                return  # a rule may only name a type that there is
            made = rules.add_rule(practice, SYSTEM, now=self.clock(), **given)
            fields = {"channel": ""} | given | {"types": frozenset(types)}
            kept = Rule(made.id, since=self.clock(), **fields)
            self._record(state.having(rules=state.rules | {kept.id: kept}))

    def end_rule(self, practice: UUID) -> None:
        rule = self._a_rule(practice)
        if rule is None:
            return
        state = self.history.now(practice)
        with self._act(practice, f"end rule {rule.id}"):
            rules.remove_rule(practice, rule.id, SYSTEM)
            self._record(state.having(rules=state.rules | {rule.id: replace(rule, active=False)}))

    def change_rule(self, practice: UUID) -> None:
        """Another lead, another channel, or on again."""
        state = self.history.now(practice)
        ended = [r for r in state.rules.values() if not r.active]
        rule = self.chance.choice(ended) if ended else self._a_rule(practice)
        if rule is None:
            return
        now = self.clock()
        with self._act(practice, f"change rule {rule.id}"):
            if not rule.active:
                rules.change_rule(practice, rule.id, SYSTEM, now=now, active=True)
                rule = replace(rule, active=True, since=now)
            elif rule.when == "before" and self.chance.random() < 0.5:
                days = self.chance.randint(1, 4)
                rules.change_rule(
                    practice, rule.id, SYSTEM, now=now, timing=rules.Timing("before", days)
                )
                if (rule.days, rule.seconds, rule.at_time) != (days, 0, None):
                    rule = replace(rule, days=days, seconds=0, at_time=None, since=now)
            else:
                channel = self.chance.choice(["", "sms", "email"])
                rules.change_rule(practice, rule.id, SYSTEM, now=now, channel=channel)
                rule = replace(rule, channel=channel)
            self._record(state.having(rules=state.rules | {rule.id: rule}))

    def enable(self, practice: UUID) -> None:
        """Messaging off where it is on, else on."""
        state = self.history.now(practice)
        with self._act(practice, f"enabled {not state.enabled}"):
            settings.change(practice, SYSTEM, messaging_enabled=not state.enabled)
            self._record(state.having(enabled=not state.enabled))

    def opt_in(self, practice: UUID) -> None:
        state = self.history.now(practice)
        with self._act(practice, f"opt-in {not state.opt_in}"):
            settings.change(practice, SYSTEM, opt_in_required=not state.opt_in)
            self._record(state.having(opt_in=not state.opt_in))

    def hours(self, practice: UUID) -> None:
        state = self.history.now(practice)
        quiet = self.chance.choice(
            [None, (time(21), time(8)), (time(20), time(9, 30)), (time(12), time(13, 30))]
        )
        with self._act(practice, f"quiet {quiet}"):
            settings.change(practice, SYSTEM, quiet_hours=quiet)
            self._record(state.having(quiet=quiet))

    # --- what carriers tell of people -----------------------------------------------------------

    def stopped_at_carrier(self, practice: UUID, channel: str, value: str) -> None:
        """The carrier said so, and the product has stored it."""
        state = self.history.now(practice)
        self._record(state.having(stops=state.stops | {(channel, value)}))

    def nobody_there(self, practice: UUID, value: str) -> None:
        """The carrier said that nobody has this address, and the product has stored it."""
        state = self.history.now(practice)
        clients = {
            c.id: replace(
                c, points=tuple(replace(p, invalid=p.invalid or p.value == value) for p in c.points)
            )
            for c in state.clients.values()
        }
        self._record(state.having(clients=clients))

    def forget(self) -> None:
        """Leave out visits so long past that no rule speaks of them."""
        old = self.clock() - timedelta(days=12)
        for practice in self.history.practices:
            state = self.history.now(practice)
            kept = {k: v for k, v in state.visits.items() if v.starts_at > old}
            if len(kept) < len(state.visits):
                self._record(state.having(visits=kept))

    # --- how it is done -------------------------------------------------------------------------

    @contextmanager
    def _act(self, practice: UUID, what: str) -> Iterator[None]:
        try:
            yield
        except Refused:
            self.refused_ops += 1
            what += " (refused)"
        except OperationalError:  # a lock that a worker holds: whoever acts tries another time
            what += " (locked)"
        self.note(f"{practice} {what}")

    def _ahead(self, state: State, client: UUID) -> Visit | None:
        found = [
            v
            for v in state.visits.values()
            if v.client == client and v.active and v.starts_at > self.clock()
        ]
        # Mostly the next one: what is about to be spoken of.
        found.sort(key=lambda v: (v.starts_at, v.id))
        if not found:
            return None
        return found[0] if self.chance.random() < 0.6 else self.chance.choice(found)

    def _address(self, state: State, client: UUID) -> tuple[str, str]:
        person: Client = state.clients[client]
        channel = self.chance.choice(["sms", "sms", "email"])
        return channel, oracle.address(person, channel)[0]

    def _a_rule(self, practice: UUID) -> Rule | None:
        active = [r for r in self.history.now(practice).rules.values() if r.active]
        return self.chance.choice(active) if active else None

    def _keep(self, state: State, visit: Visit) -> None:
        self._record(state.having(visits=state.visits | {visit.id: visit}))

    def _person(self, state: State, person: Client) -> None:
        self._record(state.having(clients=state.clients | {person.id: person}))

    def _record(self, state: State) -> None:
        self.history.record(self.clock(), state)
