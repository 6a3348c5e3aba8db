"""Writing a batch's differences: one statement a sort of change, however many messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from carepost.ground import ids
from carepost.messaging.outbound.statements import statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random
    from uuid import UUID

    from psycopg import AsyncConnection

    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.reconcile import Differences, Update
    from carepost.messaging.outbound.wanted import Wanted


async def write(
    db: AsyncConnection[Any],
    found: Sequence[tuple[Person, Differences]],
    now: datetime,
    chance: Random,
) -> None:
    """Make the outbox hold what is wanted. What arm took since it was read is left alone."""
    drops = [drop for _, d in found for drop in d.drop]
    updates = [(person, update) for person, d in found for update in d.update]
    inserts = [(person, want, ids.new(now, chance)) for person, d in found for want in d.insert]
    about: list[tuple[Person, Wanted, UUID]] = list(inserts)
    forget: set[UUID] = set()
    if drops:
        forget |= await _ids(
            db,
            "drop_messages",
            {"id": [d.id for d in drops], "reason": [d.reason for d in drops], "now": now},
        )
    if updates:
        changed = await _ids(db, "update_messages", _update_columns([u for _, u in updates]))
        again = [(p, u) for p, u in updates if u.about_changed and u.id in changed]
        forget |= {u.id for _, u in again}
        about += [(p, u.wanted, u.id) for p, u in again]
    if forget:
        await db.execute(statement("plan", "forget_about"), {"messages": sorted(forget)})
    if inserts:
        await db.execute(statement("plan", "insert_messages"), _insert_columns(inserts, now))
    if about:
        await db.execute(statement("plan", "insert_about"), _about_columns(about, now, chance))


async def _ids(db: AsyncConnection[Any], name: str, columns: dict[str, Any]) -> set[UUID]:
    cursor = await db.execute(statement("plan", name), columns)
    return {row[0] for row in await cursor.fetchall()}


def _trace(want: Wanted) -> str | None:
    return json.dumps({"was": want.was}) if want.was else None


def _wanted_columns(wants: Sequence[Wanted]) -> dict[str, Any]:
    names = ("what", "channel", "point_id", "address", "line_id", "lane_id", "template_id")
    columns: dict[str, Any] = {n: [getattr(w, n) for w in wants] for n in names}
    columns["expires_at"] = [w.expires_at for w in wants]
    columns["trace"] = [_trace(w) for w in wants]
    return columns


def _insert_columns(
    inserts: Sequence[tuple[Person, Wanted, UUID]], now: datetime
) -> dict[str, Any]:
    wants = [want for _, want, _ in inserts]
    return _wanted_columns(wants) | {
        "id": [id_ for _, _, id_ in inserts],
        "practice_id": [person.practice.id for person, _, _ in inserts],
        "kind": [w.kind for w in wants],
        "status": ["held" if w.hold else "planned" for w in wants],
        "hold": [w.hold for w in wants],
        "rule_id": [w.rule_id for w in wants],
        "step": [w.step for w in wants],
        "client_id": [w.client_id for w in wants],
        "due_at": [w.due_at for w in wants],
        "now": now,
    }


def _update_columns(updates: Sequence[Update]) -> dict[str, Any]:
    return _wanted_columns([u.wanted for u in updates]) | {
        "id": [u.id for u in updates],
        "status": [u.status for u in updates],
        "hold": [u.hold for u in updates],
        "due_at": [u.due_at for u in updates],
    }


def _about_columns(
    about: Sequence[tuple[Person, Wanted, UUID]], now: datetime, chance: Random
) -> dict[str, Any]:
    rows = [
        (
            ids.new(now, chance),
            person.practice.id,
            message,
            want.rule_id,
            want.step,
            visit,
            sequence,
            want.client_id,
        )
        for person, want, message in about
        for visit, sequence in want.about
    ]
    names = (
        "id",
        "practice_id",
        "message_id",
        "rule_id",
        "step",
        "visit_id",
        "sequence",
        "recipient_id",
    )
    return dict(zip(names, (list(c) for c in zip(*rows, strict=True)), strict=True))
