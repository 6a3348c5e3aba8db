"""People to plan for, drawn by Hypothesis: zones of odd offsets, days when clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from carepost.messaging.facts import (
    Agreement,
    Change,
    ClientFacts,
    LineFacts,
    Person,
    Point,
    PracticeFacts,
    RuleFacts,
    Told,
    Visit,
)
from carepost.messaging.hours import Quiet

ZONES = (
    "America/New_York",
    "America/St_Johns",  # -3:30
    "Asia/Kathmandu",  # +5:45
    "Asia/Kolkata",  # +5:30
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Chatham",  # +12:45
    "Europe/Berlin",
    "UTC",
)
DAYS = (
    date(2026, 3, 8),  # New York, St John's: forward
    date(2026, 3, 29),  # Berlin: forward
    date(2026, 4, 5),  # Lord Howe, Chatham: back
    date(2026, 7, 1),
    date(2026, 10, 4),  # Lord Howe: forward
    date(2026, 11, 1),  # New York: back
)
QUIETS = (None, Quiet(time(21), time(8)), Quiet(time(12), time(14)), Quiet(time(22, 30), time(9)))
TYPES = tuple(UUID(int=n) for n in (1, 2))
PRACTITIONER, PRACTICE, CLIENT = UUID(int=3), UUID(int=4), UUID(int=5)
QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
MORE: dict[str, Any] = {"max_size": 4}

SPOKEN = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def _visits(draw: st.DrawFn, day: date, zone: str) -> Visit:
    on = day + timedelta(days=draw(st.integers(-1, 2)))
    wall = datetime.combine(on, draw(QUARTERS), ZoneInfo(zone))
    starts_at = wall.astimezone(UTC)
    shown = starts_at.astimezone(ZoneInfo(zone))
    booked = starts_at - timedelta(hours=draw(st.sampled_from([1, 5, 26, 100, 400])))
    sequence = draw(st.integers(0, 2))
    status = draw(st.sampled_from(["booked", "booked", "confirmed", "cancelled", "done"]))
    made = Visit(
        id=draw(st.uuids(version=4)),
        type_id=draw(st.sampled_from(TYPES)),
        practitioner_id=PRACTITIONER,
        place_id=None,
        local_date=shown.date(),
        local_time=shown.time().replace(fold=0),
        zone=zone,
        starts_at=starts_at,
        status=status,
        sequence=sequence,
        scheduled_at=booked,
    )
    return replace(made, changes=tuple(_change(draw, made, n) for n in range(sequence + 1)))


def _change(draw: st.DrawFn, visit: Visit, sequence: int) -> Change:
    last = sequence == visit.sequence
    starts_at = visit.starts_at if last else visit.starts_at - timedelta(hours=sequence + 1)
    wall = starts_at.astimezone(ZoneInfo(visit.zone))
    return Change(
        sequence=sequence,
        at=visit.scheduled_at - timedelta(minutes=10 * (visit.sequence - sequence)),
        tell=draw(st.booleans()),
        starts_at=starts_at,
        local_date=wall.date(),
        local_time=wall.time(),
        zone=visit.zone,
        active=visit.active if last else True,
    )


@st.composite
def _rules(draw: st.DrawFn, day: date) -> RuleFacts:
    kind, when = draw(
        st.sampled_from(
            [
                ("appointment_reminder", "before"),
                ("appointment_reminder", "before"),
                ("appointment_reminder", "after"),
                ("appointment_notice", "change"),
            ]
        )
    )
    at_time = draw(st.none() | QUARTERS) if when != "change" else None
    return RuleFacts(
        id=draw(st.uuids(version=4)),
        kind=kind,
        channel=draw(st.sampled_from(["", "sms", "email"])),
        when=when,
        days=0 if when == "change" else draw(st.integers(not (at_time or when == "after"), 3)),
        seconds=draw(st.sampled_from([0, 1800, 3600, 3 * 3600, 5 * 3600])) if not at_time else 0,
        at_time=at_time,
        types=draw(st.sampled_from([frozenset(), frozenset(TYPES[:1])])),
        practitioners=frozenset(),
        places=frozenset(),
        skip_if_confirmed=draw(st.booleans()),
        since=datetime.combine(day, time(), UTC) - timedelta(days=draw(st.sampled_from([2, 60]))),
    )


@st.composite
def people(draw: st.DrawFn) -> Person:
    """A person with their visits, and a practice with its rules, lines and hours."""
    day, zone = draw(st.sampled_from(DAYS)), draw(st.sampled_from(ZONES))
    visits = draw(st.lists(_visits(day, zone), unique_by=lambda v: v.id, **MORE))
    rules = draw(st.lists(_rules(day), unique_by=lambda r: r.id, **MORE))
    points = tuple(
        Point(UUID(int=10 + n), system, f"{system}{n}", 1, draw(st.booleans()))
        for n, system in enumerate(draw(st.lists(st.sampled_from(["phone", "email"]), max_size=3)))
    )
    pairs = [(rule, visit) for rule in rules for visit in visits]
    told = draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    return Person(
        practice=PracticeFacts(
            PRACTICE, zone, "en", draw(st.booleans()), draw(st.booleans()),
            draw(st.sampled_from(QUIETS)),
        ),
        client=ClientFacts(
            CLIENT, draw(st.sampled_from(["", *ZONES])), "",
            draw(st.sampled_from(["", "sms", "email"])), points,
        ),
        visits=tuple(sorted(visits, key=lambda v: (v.starts_at, v.id))),
        rules=tuple(rules),
        lines=tuple(
            LineFacts(UUID(int=n), channel, 1, ((0, UUID(int=n + 1)), (1, UUID(int=n + 2))))
            for n, channel in ((30, "sms"), (40, "email"))
        ),
        templates=(),
        told=frozenset(Told(rule.id, 1, visit.id, visit.sequence) for rule, visit in told),
        consents=tuple(
            Agreement("sms", p.value, "", draw(st.booleans()), SPOKEN, p.id)
            for p in points
            if p.system == "phone" and draw(st.booleans())
        ),
    )  # fmt: skip
