"""An import undone: what it made, and nobody has touched since, is taken away again.

1. From the moment it begins, the import cannot be carried out any more.
2. Batch by batch, each in one transaction: a visit that nothing names is removed; one that messages
   name is cancelled, and a client is told so only who was told of its booking. Then the clients:
   removed, or archived where something names them.
3. What was touched stays, and the report says so row by row. So does what the import changed of
   visits that were here before it.
4. What is taken away loses its id of the other program, so that the file, put right, can be
   imported anew. Whatever is killed, running it again goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext_noop

from carepost.appointments import diary
from carepost.appointments.imports import checking
from carepost.appointments.models import (
    Appointment,
    AppointmentChange,
    Brought,
    Import,
    VisitStatus,
)
from carepost.people.models import Client, ContactPoint
from carepost.practice import audit, changes, references, tenancy
from carepost.practice.errors import Conflict, NotFound
from carepost.practice.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from uuid import UUID

BATCH = 500
TOUCHED = gettext_noop("The visit was changed here since the import: it stays.")
CHANGED = gettext_noop("The row changed a visit that was here before: that stays.")
CLIENT_TOUCHED = gettext_noop("A new client was changed here since the import, and stays.")
_CHANGING = ("move", "cancel", "change")
_NO_TOUCH = (".read", ".zone_rules")


@dataclass(slots=True)
class Undone:
    """What became of what an import made. `kept`: rows whose effect stays, as the report says."""

    removed: int = 0
    cancelled: int = 0
    kept: int = 0
    clients_removed: int = 0
    clients_archived: int = 0
    report: list[dict[str, Any]] = field(default_factory=list)  # as `Import.report`


def undo(practice_id: UUID, import_id: UUID, actor: audit.Actor, now: datetime) -> Undone:
    """Take back what an import made; see above. Its status is "undone", also where all stays.

    Call it outside a transaction: each batch commits. Again: goes on with what is left. Raises
    NotFound; Conflict for an import that was never carried out.
    """
    done = Undone()
    blob = _begin(practice_id, import_id, done)
    for kind, take in (("visit", _visits), ("client", _clients)):
        while _batch(practice_id, import_id, kind, take, actor, now, done):
            pass
    with tenancy.acting_for(practice_id):
        row = Import.objects.select_for_update(no_key=True).get(id=import_id)
        row.report, row.blob = [*row.report, *done.report], ""
        row.save(update_fields=["report", "blob"])
        audit.record(
            practice_id, actor, "import.undo", "import", import_id, removed=done.removed,
            cancelled=done.cancelled, kept=done.kept, clients_removed=done.clients_removed,
            clients_archived=done.clients_archived,
        )  # fmt: skip
    if blob:
        checking.blobs().delete(blob)
    return done


def _begin(practice_id: UUID, import_id: UUID, done: Undone) -> str:
    with tenancy.acting_for(practice_id):
        row = Import.objects.select_for_update(no_key=True).filter(id=import_id).first()
        if row is None:
            raise NotFound("There is no such import.")
        if row.status == "checked":
            raise Conflict("This import was not carried out: there is nothing to undo.")
        if row.status != "undone":
            row.status = "undone"
            row.save(update_fields=["status"])
            for entry in row.report:
                if entry["fate"] in _CHANGING:
                    _keep(done, entry["row"], CHANGED)
        return row.blob


def _batch(
    practice_id: UUID,
    import_id: UUID,
    kind: str,
    take: Callable[[UUID, dict[UUID, int | None], audit.Actor, datetime, Undone], None],
    actor: audit.Actor,
    now: datetime,
    done: Undone,
) -> bool:
    """Take the next of a kind away, or leave them. False: there are none left."""
    with tenancy.acting_for(practice_id):
        # Two who undo at once follow each other.
        Import.objects.select_for_update(no_key=True).get(id=import_id)
        mine = Brought.objects.filter(practice_id=practice_id, import_run_id=import_id, kind=kind)
        rows = list(mine.order_by("id").values_list("id", "subject_id", "row")[:BATCH])
        if not rows:
            return False
        take(practice_id, {subject: row for _, subject, row in rows}, actor, now, done)
        Brought.objects.filter(id__in=[row[0] for row in rows]).delete()
    return True


def _visits(
    practice_id: UUID,
    brought: dict[UUID, int | None],
    actor: audit.Actor,
    now: datetime,
    done: Undone,
) -> None:
    mine = Appointment.objects.filter(practice_id=practice_id)
    found = list(mine.filter(id__in=brought).order_by("id").select_for_update(no_key=True))
    _hold_planners(practice_id, {visit.client_id for visit in found})
    touched = _touched(practice_id, brought, {"appointment.book"})
    for visit in found:
        if visit.id in touched:
            _keep(done, brought[visit.id], TOUCHED)
    free = {visit.id: visit for visit in found if visit.id not in touched}
    named = references.named(Appointment, practice_id, free, apart_from=[AppointmentChange])
    gone = [id_ for id_ in free if id_ not in named]
    AppointmentChange.objects.filter(practice_id=practice_id, appointment_id__in=gone).delete()
    mine.filter(id__in=gone).delete()
    audit.record_all(practice_id, actor, "appointment.remove", "appointment", gone)
    _cancel(practice_id, [free[id_] for id_ in free if id_ in named], actor, now)
    done.removed += len(gone)
    done.cancelled += len(free) - len(gone)


def _cancel(
    practice_id: UUID, visits: list[Appointment], actor: audit.Actor, now: datetime
) -> None:
    ids = [visit.id for visit in visits]
    booked = AppointmentChange.objects.filter(
        practice_id=practice_id, appointment_id__in=ids, tell=True
    )
    told = set(booked.values_list("appointment_id", flat=True))
    Appointment.objects.filter(practice_id=practice_id, id__in=ids).update(
        status=VisitStatus.CANCELLED, sequence=F("sequence") + 1, external_id="", imported_as=""
    )
    written = []
    for visit in visits:
        ahead = visit.status in diary.AHEAD and visit.starts_at > now
        visit.status, visit.sequence = VisitStatus.CANCELLED, visit.sequence + 1
        said = ahead and visit.id in told
        written.append(AppointmentChange(**diary.change(visit, "cancelled", said, now)))
    AppointmentChange.objects.bulk_create(written)
    audit.record_all(practice_id, actor, "appointment.cancel", "appointment", ids)
    changes.touch_clients(practice_id, sorted({visit.client_id for visit in visits}))


def _clients(
    practice_id: UUID,
    brought: dict[UUID, int | None],
    actor: audit.Actor,
    now: datetime,
    done: Undone,
) -> None:
    mine = Client.objects.filter(practice_id=practice_id, id__in=brought)
    found = list(mine.order_by("id").select_for_update(no_key=True).values_list("id", flat=True))
    touched = _touched(practice_id, brought, {"client.add"})
    seen = set(
        Appointment.objects.filter(practice_id=practice_id, client_id__in=found)
        .exclude(status=VisitStatus.CANCELLED, external_id="", source__gt="")  # by this undo
        .values_list("client_id", flat=True)
    )
    for id_ in found:
        if id_ in touched and id_ not in seen:
            _keep(done, None, CLIENT_TOUCHED)
    free = [id_ for id_ in found if id_ not in touched | seen]
    named = references.named(Client, practice_id, free, apart_from=[ContactPoint])
    gone = [id_ for id_ in free if id_ not in named]
    ContactPoint.objects.filter(practice_id=practice_id, client_id__in=gone).delete()
    mine.filter(id__in=gone).delete()
    audit.record_all(practice_id, actor, "client.remove", "client", gone)
    mine.filter(id__in=named).update(archived_at=now, external_id="")
    audit.record_all(practice_id, actor, "client.archive", "client", sorted(named))
    changes.touch_clients(practice_id, sorted(named))
    done.clients_removed += len(gone)
    done.clients_archived += len(named)


def _hold_planners(practice_id: UUID, clients: Collection[UUID]) -> None:
    """Whoever plans messages for these clients waits, so that none is written meanwhile."""
    rows = Client.objects.filter(practice_id=practice_id, id__in=clients).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id"))


def _touched(practice_id: UUID, ids: Collection[UUID], making: set[str]) -> set[UUID]:
    """Those of which the audit trail tells more than that they were made, looked at, or shifted by
    new rules of their zone."""
    entries = AuditEntry.objects.filter(practice_id=practice_id, subject_id__in=ids)
    return {
        subject
        for subject, action in entries.values_list("subject_id", "action")
        if subject and action not in making and not action.endswith(_NO_TOUCH)
    }


def _keep(done: Undone, row: int | None, reason: str) -> None:
    done.kept += 1
    done.report.append({"row": row, "fate": "note", "reason": reason})
