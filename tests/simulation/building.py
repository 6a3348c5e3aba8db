"""The practices a simulated world begins with: where they are, whom they treat, what they send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from carepost.appointments.models import Place
from carepost.config.environment import ENVIRONMENT
from carepost.ground import ids
from carepost.messaging import lines
from carepost.messaging.models import Lane, Line, PracticeLine
from carepost.people import register
from carepost.practice import founding, settings
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.simulation.truth import Client, Point, State

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID

STARTS = (
    datetime(2026, 3, 1, 6, tzinfo=UTC),  # America on 8 March
    datetime(2026, 3, 26, 6, tzinfo=UTC),  # Europe on 29 March, Lord Howe on 4 April, back
    datetime(2026, 9, 25, 6, tzinfo=UTC),  # Auckland on 26 September, Lord Howe on 3 October
    datetime(2026, 10, 23, 6, tzinfo=UTC),  # Europe on 25 October, America on 1 November, back
)
"""When a run may begin: clocks change somewhere within its two weeks."""

ZONES = (
    "America/New_York",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Auckland",
    "America/Phoenix",
    "Asia/Kolkata",
)
TYPES = ("Check-up", "Cleaning", "Therapy")
FAR_OFFICE = "Far Office"


@dataclass
class Town:
    """What the practices of one world share: numbers nobody has, or that asked to hear no more."""

    chance: Random
    people: int = 0
    numbers: int = 0

    def number(self) -> str:
        """A number of the fictitious range that nobody has yet."""
        self.numbers += 1
        area, last = divmod(self.numbers - 1, 100)
        return f"+1{201 + area}55501{last:02}"


def found(town: Town, n: int, clients: int, host_lines: dict[str, Line]) -> tuple[State, str]:
    """A practice with lines, clients and messaging on, no rules. Gives its far office's zone."""
    chance = town.chance
    zone = ZONES[(n + chance.randrange(len(ZONES))) % len(ZONES)]
    name = f"Practice{n} Care"
    made = founding.found(name, zone, f"owner{n}@practice{n}.test")
    with acting_for(made.practice_id):
        _give_lines(made.practice_id, n, host_lines)
        far = chance.choice(ZONES)
        Place.objects.create(practice_id=made.practice_id, name=FAR_OFFICE, timezone=far)
    quiet = chance.choice([(time(21), time(8)), (time(21), time(8)), (time(19, 30), time(9)), None])
    opt_in = chance.random() < 0.2
    settings.change(
        made.practice_id, SYSTEM, messaging_enabled=True, opt_in_required=opt_in, quiet_hours=quiet,
        email=f"desk@practice{n}.test",
    )  # fmt: skip
    state = State(made.practice_id, name, zone, enabled=True, opt_in=opt_in, quiet=quiet)
    household = town.number()
    everyone = [_register(town, state, household) for _ in range(clients)]
    return state.having(clients={c.id: c for c in everyone}), far


def _register(town: Town, state: State, household: str) -> Client:
    chance = town.chance
    town.people += 1
    name = f"Person{town.people}"
    points = []
    if (kind := chance.random()) < 0.35:
        points.append({"system": "phone", "value": household, "use": "home"})
    elif kind < 0.94:
        points.append({"system": "phone", "value": town.number(), "use": "mobile"})
    if chance.random() < 0.75:
        points.append({"system": "email", "value": f"{name.lower()}@people.test"})
    zone = chance.choice(["", "", "", *ZONES[:5]])
    assigned = chance.choice(["", "", "sms", "email"])
    made = register.add_client(
        state.id, SYSTEM, first_name=name, timezone=zone, assigned_channel=assigned,
        language=chance.choice(["", "", "", "es"]), contact_points=points,
    )  # fmt: skip
    kept = tuple(Point(str(p["system"]), str(p["value"]), n) for n, p in enumerate(points))
    return Client(made.id, name, zone, assigned, kept)


def _give_lines(practice: UUID, n: int, host_lines: dict[str, Line]) -> None:
    """The first two practices share the host's number; all have a mailbox of their own."""
    if n >= 2:
        _use(practice, _line(practice, "sms", f"+1999555{n:04}", 0.5 if n == 2 else None), 1)
    _use(practice, _line(practice, "email", f"desk@practice{n}.test", None), 1)
    if n < 2:
        _use(practice, host_lines["sms"], 100)


def _use(practice: UUID, line: Line, rank: int) -> None:
    PracticeLine.objects.create(practice_id=practice, line=line, channel=line.channel, rank=rank)


def host_line(owner: UUID | None = None) -> dict[str, Line]:
    """The host's number, which practices without one of their own use."""
    return {"sms": _line(owner, "sms", "+19985550100", None)}


def _line(owner: UUID | None, channel: str, address: str, rate: float | None) -> Line:
    line = Line(
        id=ids.fresh(), owner_id=owner, channel=channel, address=address, rate=rate,
        carrier={"sms": "twilio", "email": "smtp"}[channel],
    )  # fmt: skip
    line.sealed_settings = ENVIRONMENT.ring.wrap(json.dumps({}).encode(), line.id.bytes)
    line.save(force_insert=True)
    for urgency in lines.URGENCIES:
        Lane.objects.create(line=line, urgency=urgency)
    return line


def some_rules(chance: Random) -> list[dict[str, Any]]:
    """What a practice sends: `Any`, for they are the arguments of `rules.add_rule`."""
    before = {"kind": "appointment_reminder", "when": "before"}
    after = {"kind": "appointment_reminder", "when": "after"}
    notice = {"kind": "appointment_notice", "when": "change"}
    pool: list[dict[str, Any]] = [
        before | {"days": 3},
        before | {"days": 1, "skip_if_confirmed": True},
        before | {"days": 1, "channel": "email"},
        before | {"days": 1, "at_time": time(17, 30)},
        before | {"days": 1, "at_time": time(12), "channel": "sms"},
        before | {"days": 2, "at_time": time(9), "channel": "sms"},
        before | {"seconds": 2 * 3600, "channel": "sms"},
        before | {"seconds": 150 * 60, "channel": "sms"},
        before | {"days": 1, "seconds": 1800},
        before | {"days": 2, "types": ["Check-up"]},
        before | {"days": 0, "at_time": time(2, 30)},
        after | {"days": 1, "at_time": time(10)},
        after | {"seconds": 3600},
        after | {"days": 5},
        notice | {"seconds": 180},
        notice | {"seconds": 600, "channel": "email"},
    ]
    chosen = chance.sample(pool, chance.randint(3, 5))
    if chance.random() < 0.6 and not any(r["when"] == "change" for r in chosen):
        chosen.append(notice | {"seconds": 180})
    return chosen


def a_moment(chance: Random, state: State, now: datetime, late: bool) -> datetime:
    """When somebody would like a visit: within the next hours, or days ahead; rarely at night."""
    if late:
        ahead = timedelta(minutes=15 * chance.randint(2, 28 * 4))
    else:
        ahead = timedelta(days=chance.uniform(1, 8))
    grid = (now + ahead).replace(minute=0, second=0, microsecond=0)
    grid += timedelta(minutes=chance.choice([0, 15, 30, 45]))
    hours = chance.choice([0, 0, 0, 0, 1, -1])
    if not late and chance.random() < 0.8:  # by day, at the practice
        from tests.simulation.oracle import instant, wall

        shown = wall(grid, state.zone).replace(hour=chance.randint(7, 18))
        return instant(shown, state.zone)
    return grid + timedelta(hours=hours)
