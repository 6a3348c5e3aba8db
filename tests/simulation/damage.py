"""Two planted bugs that take more than a line: see bugs.py."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from carepost.messaging.outbound.statements import statement

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import psycopg

_GUARD = "f.address = m.address"


@contextmanager
def no_unique_flight(watch: psycopg.Connection) -> Iterator[None]:
    """Let one line and address have many open attempts, in the table and in the door."""
    definition = "SELECT pg_get_functiondef('door_due'::regproc)"
    (door,) = watch.execute(definition).fetchone() or ("",)
    assert _GUARD in door
    named = "ALTER TABLE messaging_inflight {} CONSTRAINT inflight_one_per_address"
    watch.execute(named.format("DROP"))
    watch.execute(door.replace(_GUARD, f"{_GUARD} AND false"))
    try:
        yield
    finally:
        watch.execute(door)
        watch.execute("DELETE FROM messaging_inflight")
        watch.execute(f"{named.format('ADD')} UNIQUE (line_id, address)")


def arm_reading_first(
    step: Callable[..., Awaitable[list[Any]]],
) -> Callable[..., Awaitable[list[Any]]]:
    """Arm by facts that were read before the locks were taken, and before what came between."""

    async def hasty(db: Any, now: Any, chance: Any, armoury: Any, room: int) -> list[Any]:
        early: dict[Any, list[Any]] = {}
        machine = db.machine
        practices = machine.sim.world.history.practices
        async with db.transaction():
            await db.execute(
                statement("plan", "act_for"), {"practices": ",".join(map(str, practices))}
            )
            found = await db.execute(
                "SELECT id FROM messaging_message WHERE status = 'planned' AND due_at <= %s"
                " ORDER BY due_at, id LIMIT 100",
                [now],
            )
            due = [row[0] for row in await found.fetchall()]
            if due:
                cursor = await db.execute(statement("arm", "facts"), {"ids": due})
                for row in await cursor.fetchall():
                    early.setdefault(row[0], []).append(row)
        if due and machine.sim.rough and chance.random() < 0.3:
            await machine.sim.meanwhile(machine, due, [])
        return await step(_Remembering(db, early), now, chance, armoury, room)

    return hasty


class _Remembering:
    """A connection that answers arm's question for facts from memory."""

    def __init__(self, db: Any, early: dict[Any, list[Any]]) -> None:
        self._db, self._early = db, early

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        cursor = await self._db.execute(query, params, **options)
        if query != statement("arm", "facts"):
            return cursor
        rows = [
            old
            for row in {r[0]: r for r in await cursor.fetchall()}.values()
            for old in self._early.get(row[0], [row])
        ]
        return _Rows(rows)


class _Rows:
    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    async def fetchall(self) -> list[Any]:
        return self._rows
