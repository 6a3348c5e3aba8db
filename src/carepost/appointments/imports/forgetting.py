"""Files of imports that were never carried out, or not to their end: not kept for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.appointments.imports import checking
from carepost.appointments.models import Import
from carepost.practice import audit, tenancy

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

KEPT = timedelta(days=30)


def forget_files(practice_id: UUID, now: datetime) -> int:
    """Delete a practice's files that wait for 30 days; says how many. The imports' reports stay.

    Those can no longer be carried out: the file is checked again first. To be run daily.
    """
    with tenancy.acting_for(practice_id):
        old = Import.objects.filter(practice_id=practice_id, created_at__lt=now - KEPT).exclude(
            blob=""
        )
        waiting = dict(old.order_by("id").select_for_update().values_list("id", "blob"))
        Import.objects.filter(id__in=waiting).update(blob="")
        audit.record_all(practice_id, audit.SYSTEM, "import.forget_file", "import", list(waiting))
    # After the commit: a file whose import still names it is never missing.
    for blob in waiting.values():
        checking.blobs().delete(blob)
    return len(waiting)
