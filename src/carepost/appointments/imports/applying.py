"""An import carried out: batch by batch, so that it can be watched, killed and taken up again.

1. Each batch is one transaction: it locks the import, takes the rows after those done, decides
   anew on the facts of that moment, writes, and counts its rows as done. So whatever is killed and
   whenever, running it again goes on where it stood; two that run it at once take turns.
2. Visits are locked before practitioners, as `booking` does, each in the order of their ids.
3. A booking by hand that wins a race, another import that makes the same client: the database
   refuses the batch, which is decided again on what is there now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import Error

from carepost.appointments.imports import (
    checking,
    facts,
    newcomers,
    overlaps,
    preparing,
    reporting,
    writing,
)
from carepost.appointments.imports.manner import Manner
from carepost.appointments.imports.rows import insert
from carepost.appointments.imports.writing import Telling
from carepost.appointments.models import Brought, Import, Practitioner
from carepost.ground import ids
from carepost.ground.blobs import BlobError
from carepost.ground.sealing import SealingError
from carepost.practice import audit, changes, keys, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Fate
    from carepost.appointments.imports.preparing import Prepared

BATCH_ROWS = 500
_TRIES = 6
_UNDONE = "This import was undone. Check the file again, and carry that out."
_FILE_GONE = "The file of this import is no longer kept here. Check it again first."
# Unique, exclusion; serialization failure, deadlock.
_RACES = ("23505", "23P01", "40001", "40P01")


def apply(practice_id: UUID, import_id: UUID, actor: audit.Actor, now: datetime) -> Import:
    """Carry out a checked import from exactly the file that was checked; give it as it is then.

    Call it outside a transaction: each batch commits, with its counts (`Import.done` of `rows`).
    Safe to run again, at any time and beside itself: it goes on, and what is done stays as it is.
    Where it stops for an error its status is "failed"; running it again goes on from there too.
    Clients are told of what moved and was cancelled; of what was booked as the options say, and
    where the import also cancels a visit of theirs. Raises NotFound; Refused where the file is no
    longer kept; Conflict where others keep changing the same visits (run it again), and where it
    was undone.
    """
    try:
        begin(practice_id, import_id)
        return _patiently(practice_id, import_id, actor, now)
    except Exception:
        with tenancy.acting_for(practice_id):
            going = Import.objects.filter(id=import_id, status="running")
            going.update(status="failed")
        raise


def begin(practice_id: UUID, import_id: UUID) -> Import:
    """Say that an import is running, for whoever carries it out in another thread: `apply`.

    Raises NotFound; Refused where the file is no longer kept; Conflict where it was undone.
    """
    with tenancy.acting_for(practice_id):
        import_ = Import.objects.select_for_update(no_key=True).filter(id=import_id).first()
        if import_ is None:
            raise NotFound("There is no such import.")
        if import_.status == "undone":
            raise Conflict(_UNDONE)
        if import_.status in ("checked", "failed"):
            if not import_.blob:
                raise Refused(_FILE_GONE, "import_id")
            import_.status = "running"
            import_.save(update_fields=["status"])
    return import_


def _patiently(practice_id: UUID, import_id: UUID, actor: audit.Actor, now: datetime) -> Import:
    left = _TRIES
    while left:
        try:
            return _run(practice_id, import_id, actor, now)
        except _Overtaken:
            continue  # for good: rows were done meanwhile
        except Error as error:
            # Nothing of the batch that failed was kept; the next try reads all anew.
            if getattr(error.__cause__, "sqlstate", "") not in _RACES:
                raise
            left -= 1
    raise Conflict("Others are changing the same visits. Carry the import out again.")


class _Overtaken(Exception):
    """Another process has gone on with the import: what was read before is no longer true."""


def _run(practice_id: UUID, import_id: UUID, actor: audit.Actor, now: datetime) -> Import:
    with tenancy.acting_for(practice_id):
        import_ = Import.objects.filter(id=import_id).first()
        if import_ is None:
            raise NotFound("There is no such import.")
        if import_.status == "done":
            return import_
        run = _Run.of(import_, actor, now)
    while run.batch():
        pass
    run.finish()
    # The file holds what the practice may have to delete of a client: it is not needed again.
    checking.blobs().delete(import_.blob)
    with tenancy.acting_for(practice_id):
        return Import.objects.get(id=import_id)


@dataclass(slots=True)
class _Run:
    """One go at an import, with what it has read."""

    practice: Practice
    actor: audit.Actor
    now: datetime
    import_id: UUID
    source: str
    done: int
    zone: str
    cancel_missing: bool
    prepared: Prepared
    telling: Telling
    foreseen: dict[int, dict[str, Any]]  # the report, by row

    @classmethod
    def of(cls, import_: Import, actor: audit.Actor, now: datetime) -> _Run:
        practice = Practice.objects.get(id=import_.practice_id)
        kept = dict(import_.mapping)
        options = kept.pop("options")
        manner = Manner(base=import_.created_at, **kept)
        read = checking.read_table(_content(practice, import_), manner.columns)
        kinds = facts.kinds(practice.id)
        prepared = preparing.prepare(practice.id, import_.source, read, manner, kinds)
        lost: frozenset[UUID] = frozenset()
        if options["cancel_missing"]:
            # Whoever hears of a cancelled visit must hear of the one that is booked in its stead.
            ends = reporting.missing(practice.id, import_.source, prepared, manner.zone, now)
            lost = frozenset(visit.client for visit in ends)
        return cls(
            practice, actor, now, import_.id, import_.source, import_.done, manner.zone,
            options["cancel_missing"], prepared, Telling(options["tell_booked"], lost),
            {e["row"]: e for e in reporting.noted(import_.report, (), ()) if e["row"]},
        )  # fmt: skip

    def batch(self) -> bool:
        """Carry out the rows after those done. False: there are none left."""
        with tenancy.acting_for(self.practice.id):
            import_ = self._locked()
            rows = self.prepared.rows[import_.done : import_.done + BATCH_ROWS]
            if not rows:
                return False
            ids = [row.external_id for row in rows if row.external_id]
            visits = facts.visits(self.practice.id, self.source, ids, lock=True)
            kinds = facts.kinds(self.practice.id)
            decided = preparing.decide(self.prepared, rows, visits, kinds)
            reporting.tell_of_clients(decided, self.prepared)
            self._carry_out(decided, kinds)
            self._report(decided)
            counts = reporting.count(decided)
            if import_.done:
                counts = {column: getattr(import_, column) + n for column, n in counts.items()}
            self._note(status="running", done=self.done + len(rows), **counts)
        self.done += len(rows)
        return True

    def finish(self) -> None:
        """Cancel what is missing, set the flags right, and say that all is done."""
        with tenancy.acting_for(self.practice.id):
            import_ = self._locked()
            if import_.status == "done":
                return
            ended = []
            if self.cancel_missing:
                ended = [
                    reporting.gone(visit)
                    for visit in reporting.missing(
                        self.practice.id, self.source, self.prepared, self.zone, self.now, lock=True
                    )
                ]
                self._carry_out(ended, facts.kinds(self.practice.id))
            counts = {c: getattr(import_, c) for c in reporting.COUNTS.values()}
            counts["cancelled"] += len(ended)
            if counts["moved"] or counts["cancelled"]:
                overlaps.clear(self.practice.id, self.source, self.now)
            self._settle_report(ended)
            counts["changed"] = import_.rows + len(ended) - sum(counts.values())
            if any(counts[c] for c in ("created", "moved", "cancelled", "changed")):
                audit.record(
                    self.practice.id, self.actor, "import.apply", "import", self.import_id, **counts
                )
            self._note(status="done", blob="", finished_at=self.now, cancelled=counts["cancelled"])

    def _carry_out(self, decided: Sequence[Fate], kinds: Kinds) -> None:
        people = self.prepared.people
        told = [f for f in decided if f.fate != "refuse" and f.said.person is not None]
        of = {f.said.person: None for f in told if f.writes and not f.visit}
        making = [n for n in of if n is not None and people[n].is_new]
        knowing = [
            n for n in {f.said.person: None for f in told} if n is not None and not people[n].is_new
        ]
        touched = newcomers.write_clients(
            self.practice, self.actor, people, making, knowing, self.prepared.register, self.now
        )
        if any(f.writes for f in decided):
            kinds = newcomers.make_kinds(self.practice.id, self.actor, decided, kinds)
            self._lock_practitioners(decided, kinds)
            overlaps.flag(self.practice.id, decided, kinds, [])
        touched |= writing.write(
            self.practice, self.actor, self.source, decided, kinds, self.telling, self.now
        )
        changes.touch_clients(self.practice.id, sorted(touched))
        self._remember(decided, [people[number].client for number in making])

    def _remember(self, decided: Sequence[Fate], clients: Sequence[UUID]) -> None:
        """What was made, so that it can be undone."""
        mine = {"practice_id": self.practice.id, "import_run_id": self.import_id}
        visits = [(f.made, f.said.row or None) for f in decided if f.made]
        insert(
            Brought,
            [
                {**mine, "id": ids.fresh(), "kind": "visit", "subject_id": id_, "row": row}
                for id_, row in visits
            ],
        )
        insert(
            Brought,
            [
                {**mine, "id": ids.fresh(), "kind": "client", "subject_id": id_, "row": None}
                for id_ in clients
            ],
        )

    def _lock_practitioners(self, decided: Sequence[Fate], kinds: Kinds) -> None:
        theirs = {kinds.practitioners[f.practitioner] for f in decided if f.placed}
        if theirs:
            rows = Practitioner.objects.filter(id__in=theirs).order_by("id")
            list(rows.select_for_update(no_key=True).values_list("id"))

    def _report(self, decided: Sequence[Fate]) -> None:
        """Set right what the dry run foresaw, where it came otherwise. Overlaps are for the end:
        only then is it known whose time is free again."""
        told = reporting.noted(map(reporting.entry, decided), (), ())
        if any(self.foreseen.get(e["row"]) != e for e in told):
            by_row = {e["row"]: e for e in told}
            self._note(report=[by_row.get(e["row"], e) for e in self._told()])

    def _settle_report(self, ended: Sequence[Fate]) -> None:
        was = self._told()
        told = [e for e in was if e["row"] is not None] + [reporting.entry(f) for f in ended]
        flagged = overlaps.flagged(self.practice.id, self.source)
        settled = reporting.noted(told, self.prepared.rows, flagged)
        if settled != was:
            self._note(report=settled)

    def _told(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = Import.objects.values_list("report", flat=True).get(
            id=self.import_id
        )
        return told

    def _locked(self) -> Import:
        rows = Import.objects.defer("report", "mapping").select_for_update(no_key=True)
        import_ = rows.get(id=self.import_id)
        if import_.status == "undone":
            raise Conflict(_UNDONE)
        if import_.done != self.done:
            raise _Overtaken
        return import_

    # `Any`: whatever the columns hold.
    def _note(self, **values: Any) -> None:
        Import.objects.filter(id=self.import_id).update(**values)


def _content(practice: Practice, import_: Import) -> bytes:
    try:
        return checking.blobs().get(keys.practice_key(practice), import_.blob)
    except (BlobError, SealingError):
        if Import.objects.filter(id=import_.id, status="done").exists():
            raise _Overtaken from None  # who finished meanwhile has deleted it
        raise Refused(_FILE_GONE, "import_id") from None
