"""The ordeal: hundreds of messages due at once, and process after process killed while they go.

1. Plan everything, with the lines waiting; then let them go, at a rate, by a carrier in trouble.
2. At seeded moments, measured by how much the carrier has taken, kill something with -9.
3. In the middle, some numbers whose texts are provably not armed yet say STOP.
4. Wait until nothing is open, and keep what the database and the carrier say then.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import dict_row

from tests.faults.installation import made, wait_for

if TYPE_CHECKING:
    from subprocess import Popen

    from tests.faults.installation import Installation

HERE = Path(__file__).parent
TROUBLE = {
    "cut": 0.05,  # accepted, then no answer
    "error_500": 0.05,  # half of them accepted all the same; look-ups fail too
    "smtp_cut": 0.05,
    "slow_ms": 800,  # so that each kill finds many on their way
    "list_lag_s": 0.5,
    "receipts_late_s": 5,  # later than a look: a doubt is settled by what the carrier lists
    "receipts_twice": True,
    "receipts_shuffled": True,
}
WORKERS = 2
LONGEST = 600.0  # seconds for everything to be settled after the last kill

_OPEN = """
SELECT (SELECT count(*) FROM messaging_message
        WHERE status IN ('planned', 'sending', 'uncertain')
           OR (status = 'sent' AND channel = 'sms')),
       (SELECT count(*) FROM messaging_inflight),
       (SELECT count(*) FROM messaging_receipt WHERE applied_at IS NULL),
       (SELECT count(*) FROM practice_replan)
"""
_BUSY = """
SELECT pid FROM pg_stat_activity
WHERE usename = %s AND backend_type = 'client backend'
ORDER BY state = 'active' DESC, state LIKE 'idle in transaction%%' DESC, query_start DESC LIMIT 1
"""
_NOT_ARMED = """
SELECT id, address FROM messaging_message
WHERE practice_id = %s AND channel = 'sms' AND status = 'planned' AND tries = 0
ORDER BY due_at DESC, id DESC LIMIT %s FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True)
class Plan:
    """How many clients (each gets an SMS and an email), what is killed, and how fast it goes."""

    clients: int
    pairs: int
    neighbours: int
    stops: int
    rate: int
    kills: dict[str, int]
    seed: int

    @property
    def messages(self) -> int:
        return 2 * (self.clients + self.neighbours)


@dataclass
class Kill:
    what: str
    pid: int
    taken: int  # by the carrier, when it happened


@dataclass
class Aftermath:
    """What there is to see when all is over. Rows are as PostgreSQL and the sandbox show them."""

    plan: Plan
    practice: str = ""
    neighbour: str = ""
    kills: list[Kill] = field(default_factory=list)
    seconds: float = 0.0
    stopped: list[str] = field(default_factory=list)  # ids of messages not armed when it was said
    stop_addresses: list[str] = field(default_factory=list)
    stops_committed: datetime | None = None
    fsync: str = ""
    open: tuple[int, ...] = ()
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    attempts: dict[str, dict[str, Any]] = field(default_factory=dict)
    mixed_rows: int = 0
    seen_by_nobody: int = 0
    audited: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)

    def texts_of(self) -> dict[str, list[dict[str, Any]]]:
        """What arrived for each message: the callback names the attempt."""
        found: dict[str, list[dict[str, Any]]] = {m: [] for m in self.messages}
        for text in self.texts:
            attempt = urlsplit(text["callback"]).path.rpartition("/")[2]
            found[self.attempts[attempt]["message_id"]].append(text)
        return found

    def mails_of(self) -> dict[str, list[dict[str, Any]]]:
        """What arrived for each message: the Message-ID begins with its id."""
        found: dict[str, list[dict[str, Any]]] = {m: [] for m in self.messages}
        for mail in self.mails:
            found[mail["message_id"].strip("<>").partition("@")[0]].append(mail)
        return found

    def told(self) -> str:
        """In a line or two, for whoever reads the run."""
        states = Counter((m["channel"], m["status"]) for m in self.messages.values())
        killed = Counter(k.what for k in self.kills)
        twice = sum(len(v) > 1 for v in self.texts_of().values())
        again = sum(len(v) > 1 for v in self.mails_of().values())
        return (
            f"{len(self.kills)} kills {dict(killed)} in {self.seconds:.0f} s; "
            f"{len(self.texts)} texts, {len(self.mails)} mails; messages {dict(states)}; "
            f"SMS twice {twice}, mails again with the same id {again}, "
            f"stopped {len(self.stopped)}; outcomes "
            f"{dict(Counter(a['outcome'] for a in self.attempts.values()))}"
        )


def go_through(plan: Plan) -> Aftermath:
    """The whole of it. Raises TimeoutError when something does not come back, or never ends."""
    with made() as installation:
        try:
            return _Ordeal(plan, installation).run()
        except TimeoutError:
            for name, said in installation.logs().items():
                print(f"--- {name}\n{said[-3000:]}")
            raise


class _Ordeal:
    def __init__(self, plan: Plan, installation: Installation) -> None:
        self.plan, self.installation = plan, installation
        self.chance = random.Random(plan.seed)
        self.seen = Aftermath(plan)

    def run(self) -> Aftermath:
        plan, seen, installation = self.plan, self.seen, self.installation
        ids = installation.run(
            HERE / "calendars.py",
            *(str(n) for n in (plan.clients, plan.pairs, plan.neighbours, plan.rate)),
        )
        seen.practice, seen.neighbour = ids["practice"], ids["neighbour"]
        installation.start_sandbox()
        installation.ask_sandbox("/sandbox/trouble", {**TROUBLE, "seed": plan.seed})
        installation.start_up(WORKERS)
        wait_for(self._all_planned, "the planner")
        with installation.beside(HERE / "stopping.py", seen.practice) as stopping:
            assert _line_of(stopping) == "ready"
            begun = time.monotonic()
            self._let_go()
            self._kill_and_stop(stopping)
        wait_for(self._all_over, f"an end; open: {seen.open}", LONGEST)
        seen.seconds = time.monotonic() - begun
        self._look()
        installation.end()
        seen.logs = installation.logs()
        return seen

    def _all_planned(self) -> bool:
        ((count,),) = self.installation.rows(
            "SELECT count(*) FROM messaging_message WHERE status = 'planned' AND due_at <= %s",
            ["now"],
        )
        return bool(count == self.plan.messages)

    def _let_go(self) -> None:
        with psycopg.connect(self.installation.database.admin) as db:
            db.execute("UPDATE messaging_line SET paused_until = NULL")
            row = db.execute("SHOW fsync").fetchone()
        assert row
        self.seen.fsync = row[0]

    def _kill_and_stop(self, stopping: Popen[str]) -> None:
        """Spread over the first five sixths of what arrives, in a seeded order."""
        acts = [what for what, times in self.plan.kills.items() for _ in range(times)]
        self.chance.shuffle(acts)
        acts.insert(len(acts) // 2, "stop")
        for place, what in enumerate(acts):
            share = 0.03 + 0.8 * (place + self.chance.random()) / len(acts)
            enough = int(share * self.plan.messages)
            wait_for(lambda n=enough: self.installation.taken() >= n, f"{enough} messages to go")
            if what == "stop":
                self._stop(stopping)
                continue
            pid = wait_for(lambda w=what: self._kill(w), f"a {what} to kill")
            self.seen.kills.append(Kill(what, pid, self.installation.taken()))

    def _kill(self, what: str) -> int:
        """Kill one of these; its id, or 0 when there is none at the moment."""
        try:
            pid = int(getattr(self, f"_find_{what}")())
            if pid:
                os.kill(pid, signal.SIGKILL)
        except (psycopg.OperationalError, OSError, ValueError):
            return 0  # on its way back from an earlier kill
        if what == "sandbox":
            assert self.installation.sandbox
            self.installation.sandbox.wait()
            time.sleep(self.chance.uniform(0.1, 0.8))
            self.installation.start_sandbox()
        return pid

    def _find_worker(self) -> int:
        return self.chance.choice(self.installation.children(b"worker") or [0])

    def _find_web(self) -> int:
        return (self.installation.children(b"web") or [0])[0]

    def _find_sandbox(self) -> int:
        assert self.installation.sandbox
        self.installation.ask_sandbox("/healthz")  # it has come back from the last time
        return self.installation.sandbox.pid

    def _find_postgres(self) -> int:
        self.installation.rows("SELECT 1")
        return int((self.installation.server.data / "postmaster.pid").read_text().split()[0])

    def _find_backend(self) -> int:
        rows = self.installation.rows(_BUSY, [self.installation.database.app_role])
        return int(rows[0][0]) if rows else 0

    def _stop(self, stopping: Popen[str]) -> None:
        """STOP for messages that we hold locked: so none of them can have been armed before it."""

        def hold_and_stop() -> bool:
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(self.installation.database.admin, connect_timeout=10) as db,
            ):
                rows = db.execute(_NOT_ARMED, [self.seen.practice, self.plan.stops]).fetchall()
                addresses = sorted({address for _, address in rows})
                assert stopping.stdin
                stopping.stdin.write(json.dumps(addresses) + "\n")
                stopping.stdin.flush()
                self.seen.stops_committed = datetime.fromisoformat(_line_of(stopping))
                self.seen.stopped = [str(id) for id, _ in rows]
                self.seen.stop_addresses = addresses
                db.execute("SELECT 1")  # the locks were held all the while
                return True
            return False

        wait_for(hold_and_stop, "a STOP")

    def _all_over(self) -> bool:
        with suppress(psycopg.OperationalError):
            (self.seen.open,) = self.installation.rows(_OPEN)
            if not any(self.seen.open):
                return True
        time.sleep(0.5)
        return False

    def _look(self) -> None:
        seen, installation = self.seen, self.installation
        database = installation.database
        with psycopg.connect(database.admin, row_factory=dict_row) as db:
            seen.messages = {
                str(row["id"]): row
                for row in db.execute(
                    "SELECT m.*, c.first_name, l.address AS own_number FROM messaging_message m"
                    " JOIN people_client c ON c.id = m.client_id"
                    " LEFT JOIN messaging_practiceline u ON u.id = m.line_id"
                    " LEFT JOIN messaging_line l ON l.id = u.line_id"
                )
            }
            for row in db.execute("SELECT * FROM messaging_attempt"):
                seen.attempts[str(row["id"])] = row | {"message_id": str(row["message_id"])}
        ((seen.mixed_rows,),) = installation.rows(
            "SELECT count(*) FROM messaging_message m"
            " JOIN people_client c ON c.id = m.client_id"
            " LEFT JOIN messaging_attempt a ON a.message_id = m.id"
            " LEFT JOIN messaging_receipt r ON r.attempt_id = a.id"
            " WHERE m.practice_id <> c.practice_id OR a.practice_id <> m.practice_id"
            " OR r.practice_id <> m.practice_id"
        )
        with psycopg.connect(database.app) as db:
            row = db.execute(
                "SELECT (SELECT count(*) FROM messaging_message)"
                " + (SELECT count(*) FROM messaging_attempt) + (SELECT count(*) FROM people_client)"
            ).fetchone()
            assert row
            seen.seen_by_nobody = row[0]
        for action, practice, count in installation.rows(
            "SELECT action, practice_id, count(*) FROM practice_auditentry GROUP BY 1, 2"
        ):
            seen.audited[action, str(practice)] = count
        seen.texts = installation.ask_sandbox("/sandbox/messages")["messages"]
        seen.mails = installation.ask_sandbox("/sandbox/mail")["mail"]


def _line_of(process: Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()
