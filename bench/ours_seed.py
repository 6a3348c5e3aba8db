"""Runs inside a Carepost environment: prepares its database, and seeds what is due.

python -m ours_seed prepare
python -m ours_seed due JOB N DUE_AT
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from uuid import UUID

PRACTICES = 20
VISIT_AHEAD = timedelta(days=1)


def prepare() -> None:
    """Roles, migrations, grants, host lines, and practices with messaging on and a rule each."""
    from carepost.config.environment import ENVIRONMENT
    from carepost.config.prepare import prepare_database
    from carepost.ground import ids
    from carepost.messaging.lines import ensure_host_lines
    from carepost.messaging.models import Rule
    from carepost.practice import founding, settings
    from carepost.practice.audit import SYSTEM
    from carepost.practice.models import Replan
    from carepost.practice.tenancy import acting_for

    prepare_database()
    for n in range(PRACTICES):
        made = founding.found(f"Practice {n}", "America/New_York", f"owner{n}@practice.example")
        with acting_for(made.practice_id):
            Rule.objects.create(
                id=ids.fresh(),
                practice_id=made.practice_id,
                kind="appointment_reminder",
                when="before",
                days=1,
                since=datetime.now(UTC) - timedelta(days=9),
            )
    ensure_host_lines(ENVIRONMENT.host_lines)
    from carepost.practice.tenancy import practices

    for practice in practices():
        settings.change(practice, SYSTEM, messaging_enabled=True, quiet_hours=None)
        with acting_for(practice):
            Replan.objects.all().delete()


def due(job: str, n: int, due_at: datetime) -> None:
    """n clients with an address, a visit and a planned message each, all due at `due_at`."""
    from django.conf import settings

    with psycopg.connect(settings.DATABASE.admin) as db:
        cells = db.execute(
            "select p.id, p.sealed_key, u.id, l.id, r.id from practice_practice p"
            " join messaging_practiceline u on u.practice_id = p.id and u.channel = %s"
            " join messaging_lane l on l.line_id = u.line_id and l.urgency = 0"
            " join messaging_rule r on r.practice_id = p.id order by p.id",
            [job],
        ).fetchall()
        rows = [_row(job, cells[i % len(cells)], i, due_at) for i in range(n)]
        kinds = {c[0]: _settings_of(db, c[0]) for c in cells}
        _copy(db, "people_client", [_client(r) for r in rows])
        _copy(db, "people_contactpoint", [_point(r, job) for r in rows])
        _copy(db, "appointments_appointment", [_visit(r, *kinds[r["practice"]]) for r in rows])
        _copy(db, "messaging_message", [_message(r, job, due_at) for r in rows])
        _copy(db, "messaging_messageabout", [_about(r) for r in rows])
    with psycopg.connect(settings.DATABASE.admin, autocommit=True) as db:
        db.execute("analyze")


def _row(job: str, cell: tuple[Any, ...], i: int, due_at: datetime) -> dict[str, Any]:
    from carepost.ground import ids
    from carepost.messaging.outbound.vault import _Wrapped
    from carepost.practice import keys

    practice, key, use, lane, rule = cell
    address = f"+1202{5550000 + i:07}" if job == "sms" else f"client{i}@people.example"
    return {
        "practice": practice,
        "key": keys.new_client_key(_Wrapped(practice, bytes(key))),
        "use": use,
        "lane": lane,
        "rule": rule,
        "address": address,
        "client": ids.fresh(),
        "point": ids.fresh(),
        "visit": ids.fresh(),
        "message": ids.fresh(),
        "starts": due_at + VISIT_AHEAD + timedelta(minutes=i % 480),
        "n": i,
    }


def _settings_of(db: psycopg.Connection[Any], practice: UUID) -> tuple[UUID, UUID]:
    from carepost.ground import ids

    type_, person = ids.fresh(), ids.fresh()
    _copy(
        db,
        "appointments_appointmenttype",
        [
            {
                "id": type_,
                "practice_id": practice,
                "name": str(type_),
                "minutes": 30,
                "allows_double_booking": True,
            }
        ],
    )
    _copy(
        db,
        "appointments_practitioner",
        [{"id": person, "practice_id": practice, "name": f"Dr {person}"}],
    )
    return type_, person


def _client(r: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": r["client"], "practice_id": r["practice"], "first_name": f"Ann{r['n']}",
        "last_name": "", "timezone": "", "language": "", "assigned_channel": "", "source": "",
        "external_id": "", "sealed_key": r["key"], "created_at": datetime.now(UTC),
    }  # fmt: skip


def _point(r: dict[str, Any], job: str) -> dict[str, Any]:
    return {
        "id": r["point"], "practice_id": r["practice"], "client_id": r["client"],
        "system": "phone" if job == "sms" else "email", "value": r["address"], "use": "",
        "rank": 1, "created_at": datetime.now(UTC),
    }  # fmt: skip


def _visit(r: dict[str, Any], type_: UUID, person: UUID) -> dict[str, Any]:
    starts = r["starts"]
    return {
        "id": r["visit"], "practice_id": r["practice"], "client_id": r["client"],
        "type_id": type_, "practitioner_id": person, "local_date": starts.date(),
        "local_time": starts.time(), "zone": "America/New_York", "starts_at": starts,
        "ends_at": starts + timedelta(minutes=30), "status": "booked", "sequence": 0,
        "scheduled_at": datetime.now(UTC), "exclusive": False, "overlaps": False, "source": "",
        "external_id": "", "created_at": datetime.now(UTC),
    }  # fmt: skip


def _message(r: dict[str, Any], job: str, due_at: datetime) -> dict[str, Any]:
    return {
        "id": r["message"], "practice_id": r["practice"], "kind": "appointment_reminder",
        "what": "", "channel": job, "status": "planned", "hold": "", "drop": "",
        "rule_id": r["rule"], "step": 1, "client_id": r["client"], "contact_point_id": r["point"],
        "address": r["address"], "line_id": r["use"], "lane_id": r["lane"], "due_at": due_at,
        "expires_at": r["starts"], "words_set": False, "time_set": False, "tries": 0,
        "planned_at": datetime.now(UTC), "carrier_ref": "", "error_code": "", "error_words": "",
    }  # fmt: skip


def _about(r: dict[str, Any]) -> dict[str, Any]:
    from carepost.ground import ids

    return {
        "id": ids.fresh(), "practice_id": r["practice"], "message_id": r["message"],
        "rule_id": r["rule"], "step": 1, "appointment_id": r["visit"], "sequence": 0,
        "recipient_id": r["client"],
    }  # fmt: skip


def _copy(db: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    with db.cursor().copy(f"copy {table} ({columns}) from stdin") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "carepost.config.settings"
    import django

    django.setup()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        due(sys.argv[2], int(sys.argv[3]), datetime.fromisoformat(sys.argv[4]))
