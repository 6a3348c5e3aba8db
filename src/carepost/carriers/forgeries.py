"""That somebody forged a carrier's callback is written down: once per line and minute, no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from carepost.practice import tenancy
from carepost.practice.audit import NOBODY, record
from carepost.practice.models import AuditEntry

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

ACTION = "callback.forged"
AT_MOST_EVERY = timedelta(minutes=1)


def note(practice_id: UUID, line_id: UUID, now: datetime) -> bool:
    """Write an audit entry unless this line had one within the minute; says whether it did."""
    with tenancy.acting_for(practice_id):
        with connection.cursor() as cursor:
            # Two forgeries at one moment: the second waits for nothing, the first is enough.
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"forged {line_id}"])
            if not cursor.fetchone()[0]:
                return False
        if AuditEntry.objects.filter(
            practice_id=practice_id, subject_id=line_id, action=ACTION, at__gt=now - AT_MOST_EVERY
        ).exists():
            return False
        record(practice_id, NOBODY, ACTION, "line", line_id)
    return True
