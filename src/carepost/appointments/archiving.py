"""A client archived, once no visit of theirs lies ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.appointments import diary
from carepost.appointments.models import Appointment
from carepost.people import register
from carepost.practice import tenancy
from carepost.practice.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.people.models import Client
    from carepost.practice import audit


def archive(practice_id: UUID, client_id: UUID, actor: audit.Actor, now: datetime) -> Client:
    """Take a client out of the lists; no visits are booked for them until they are restored.

    Raises NotFound; Conflict while visits lie ahead, of which they must hear.
    """
    with tenancy.acting_for(practice_id):
        client = register.archive_client(practice_id, client_id, actor, now)
        ahead = Appointment.objects.filter(
            practice_id=practice_id,
            client_id=client_id,
            starts_at__gt=now,
            status__in=diary.AHEAD,
        )
        if ahead.exists():
            raise Conflict(
                _("This client has visits ahead. Cancel those first, then archive the client.")
            )
    return client
