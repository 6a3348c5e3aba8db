"""How long rehearsals take over many future visits, on a PostgreSQL of the benchmark's own.

python bench/rehearsal.py [VISITS] [DAYS]

VISITS (100,000) lie within the next DAYS (14), so that each has messages in the rehearsed time;
the outbox is planned by the planner first. Printed of each proposal: seconds, those of this process
alone (the rest is PostgreSQL's), and the most memory so far.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from datetime import time as Clock
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
VISITS_EACH = 2.5
BATCH = 5000


def main(visits: int, days: int) -> None:
    """Make the practice, plan for it, rehearse, print."""
    from carepost.config.embedded_postgres import Embedded
    from carepost.config.environment import ENVIRONMENT

    server = Embedded(ENVIRONMENT.home, test=True)
    server.start()
    try:
        import django  # its settings ask where the server is

        django.setup()
        from carepost.config.prepare import prepare_database

        prepare_database()
        practice_id, rule_id = _practice()
        _fill(practice_id, visits, days)
        print(f"{visits:,} visits within {days} days, {round(visits / VISITS_EACH):,} clients")
        asyncio.run(_plan(practice_id))
        _rehearse_all(practice_id, rule_id)
    finally:
        server.stop()


def _practice() -> tuple[UUID, UUID]:
    from carepost.messaging import lines, rules
    from carepost.practice import founding, settings
    from carepost.practice.audit import SYSTEM

    made = founding.found("Northside Family Care", "America/New_York", "owner@practice.example")
    accounts = {
        "twilio": ("sms", "+19995550100", {"account_sid": "AC", "auth_token": "token"}),
        "smtp": ("email", "us@care.example", {"host": "mail.care.example"}),
    }
    for carrier, (channel, address, account) in accounts.items():
        lines.add_line(
            made.practice_id, SYSTEM, channel=channel, carrier=carrier, address=address,
            settings=account,
        )  # fmt: skip
    settings.change(made.practice_id, SYSTEM, messaging_enabled=True)
    ago = NOW - timedelta(days=400)
    reminder = {"kind": "appointment_reminder", "when": "before", "now": ago}
    rule = rules.add_rule(made.practice_id, SYSTEM, days=1, **reminder)
    rules.add_rule(made.practice_id, SYSTEM, days=3, channel="email", **reminder)
    rules.add_rule(made.practice_id, SYSTEM, kind="appointment_notice", when="change", now=ago)
    return made.practice_id, rule.id


def _fill(practice_id: UUID, visits: int, days: int) -> None:
    """Clients with a number, an address and visits, in the office hours of the days ahead."""
    import psycopg
    from carepost.ground import ids
    from django.conf import settings

    clients = round(visits / VISITS_EACH)
    with psycopg.connect(settings.DATABASE.admin) as db:
        type_, person = ids.fresh(), ids.fresh()
        ours = {"practice_id": practice_id}
        sort = {"id": type_, "name": "Visit", "minutes": 30, "allows_double_booking": True}
        _copy(db, "appointments_appointmenttype", iter([ours | sort]))
        _copy(db, "appointments_practitioner", iter([ours | {"id": person, "name": "Dr Shaw"}]))
        people = [ids.fresh() for _ in range(clients)]
        _copy(db, "people_client", (_client(practice_id, c, n) for n, c in enumerate(people)))
        _copy(db, "people_contactpoint", _points(practice_id, people))
        booked = [(ids.fresh(), people[n % clients], _moment(n, days)) for n in range(visits)]
        shared = ours | {"type_id": type_, "practitioner_id": person}
        _copy(db, "appointments_appointment", (shared | _visit(*b) for b in booked))
        _copy(db, "appointments_appointmentchange", (ours | _change(*b) for b in booked))
    with psycopg.connect(settings.DATABASE.admin, autocommit=True) as db:
        db.execute("analyze")


def _moment(n: int, days: int) -> datetime:
    """Between 9 and 17 o'clock in New York, on quarters of an hour."""
    day = (NOW + timedelta(days=1 + n * 7919 % days)).replace(hour=14, minute=0)
    return day + timedelta(minutes=15 * (n * 31 % 32))


def _client(practice_id: UUID, client: UUID, n: int) -> dict[str, Any]:
    return {
        "id": client, "practice_id": practice_id, "first_name": f"Ann{n}", "last_name": "Field",
        "timezone": "", "language": "es" if n % 5 == 0 else "",
        "assigned_channel": ("sms", "email", "")[n % 3], "source": "", "external_id": "",
        "sealed_key": b"", "created_at": NOW,
    }  # fmt: skip


def _points(practice_id: UUID, people: list[UUID]) -> Iterator[dict[str, Any]]:
    from carepost.ground import ids

    for n, client in enumerate(people):
        for system, value in (("phone", f"+1{2000000000 + n}"), ("email", f"c{n}@people.example")):
            yield {
                "id": ids.fresh(), "practice_id": practice_id, "client_id": client, "use": "",
                "system": system, "value": value, "rank": 1, "created_at": NOW,
            }  # fmt: skip


def _wall(starts: datetime) -> dict[str, Any]:
    from carepost.messaging.hours import zone_of

    shown = starts.astimezone(zone_of("America/New_York"))
    return {
        "local_date": shown.date(), "local_time": shown.time(), "zone": "America/New_York",
        "starts_at": starts,
    }  # fmt: skip


def _visit(visit: UUID, client: UUID, starts: datetime) -> dict[str, Any]:
    return _wall(starts) | {
        "id": visit, "client_id": client, "ends_at": starts + timedelta(minutes=30),
        "status": "booked", "sequence": 0, "scheduled_at": NOW - timedelta(days=30),
        "exclusive": False, "overlaps": False, "source": "", "external_id": "", "created_at": NOW,
    }  # fmt: skip


def _change(visit: UUID, client: UUID, starts: datetime) -> dict[str, Any]:
    from carepost.ground import ids

    return _wall(starts) | {
        "id": ids.fresh(), "appointment_id": visit, "sequence": 0, "what": "booked",
        "at": NOW - timedelta(days=30), "tell": False, "active": True,
    }  # fmt: skip


def _copy(db: Any, table: str, rows: Iterator[dict[str, Any]]) -> None:
    copy, names = None, []
    with db.cursor() as cursor:
        for row in rows:
            if copy is None:
                names = list(row)
                columns = ", ".join(f'"{name}"' for name in names)
                entered = cursor.copy(f"copy {table} ({columns}) from stdin")
                copy = entered.__enter__()
            copy.write_row([row[name] for name in names])
        if copy is not None:
            entered.__exit__(None, None, None)


async def _plan(practice_id: UUID) -> None:
    from carepost.messaging.outbound import plan
    from carepost.messaging.outbound.connection import connect
    from django.conf import settings

    chance, began = random.Random(1), time.perf_counter()
    db = await connect(settings.DATABASE.app)
    while await plan.step(db, NOW, chance) <= NOW:
        pass
    cursor = await db.execute(
        "SELECT set_config('carepost.practices', %s, false)", [str(practice_id)]
    )
    cursor = await db.execute("SELECT count(*) FROM messaging_message")
    (messages,) = await cursor.fetchone() or (0,)
    print(f"planned {messages:,} messages in {time.perf_counter() - began:.1f} s")
    await db.close()
    import psycopg

    with psycopg.connect(settings.DATABASE.admin, autocommit=True) as admin:
        admin.execute("analyze")


def _rehearse_all(practice_id: UUID, rule_id: UUID) -> None:
    from carepost.messaging import rehearsal
    from carepost.messaging.rules import Timing

    two_days = Timing("before", days=2, at_time=Clock(17, 30))
    reminder = "appointment_reminder"
    for name, proposal in {
        "a new rule": rehearsal.NewRule(reminder, two_days, channel="sms"),
        "another time": rehearsal.ChangedRule(rule_id, Timing("before", days=2)),
        "a rule ends": rehearsal.RemovedRule(rule_id),
        "new words": rehearsal.NewTemplate(reminder, "en", "Hi {{ client.first_name }}"),
        "other hours": rehearsal.NewSettings({"quiet_hours": (Clock(17), Clock(10))}),
        "messaging off": rehearsal.NewSettings({"messaging_enabled": False}),
    }.items():
        began, busy = time.perf_counter(), time.process_time()
        found = rehearsal.rehearse(practice_id, proposal, NOW)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        touched = sum(count.messages for count in found.counts)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{name:14} {took:6.2f} s ({busy:5.2f} of ours)  touches {touched:>8,}"
            f"  goes {found.without.going:>8,} -> {found.with_.going:>8,}"
            f"  segments {found.without.segments:>8,} -> {found.with_.segments:>8,}"
            f"  {peak:.0f} MiB"
        )


if __name__ == "__main__":
    home = Path(tempfile.mkdtemp(prefix="carepost-rehearsal-"))
    home.chmod(0o711)
    os.environ |= {
        "CAREPOST_HOME": str(home / "home"),
        "CAREPOST_SECRET_KEY": "a secret of the benchmark",
        "DJANGO_SETTINGS_MODULE": "carepost.config.settings",
    }
    os.environ.pop("DATABASE_URL", None)
    asked = [int(each) for each in sys.argv[1:]]
    try:
        main(*[*asked, *(100_000, 14)[len(asked) :]])
    finally:
        shutil.rmtree(os.path.realpath(home / "home" / "postgres"), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
