"""The guard before every view: what a practitioner limited to their own clients may name by id.

What is somebody else's is not there, as it would be for another practice: no view asks this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from carepost.appointments.models import Appointment
from carepost.messaging.models import Message
from carepost.people.models import Client, ContactPoint
from carepost.practice.errors import NotFound

if TYPE_CHECKING:
    from carepost.web.visitor import Visitor

_OF_CLIENTS: dict[str, tuple[Any, str]] = {
    "client_id": (Client, "id"),
    "point_id": (ContactPoint, "client_id"),
    "appointment_id": (Appointment, "client_id"),
    "message_id": (Message, "client_id"),
}
"""URLs' parameters that name a client or what is of one: its model (`Any`: whichever), and where
that names the client."""


def guard(visitor: Visitor, path: dict[str, Any]) -> None:
    """Let pass what names own clients alone (`Any`: a URL's parameters). Raises NotFound.

    An id of a kind that is not known here is refused: a page that is new must be thought of.
    """
    if not visitor.limited:
        return
    for name, value in path.items():
        if not isinstance(value, UUID):
            continue
        model, column = _OF_CLIENTS.get(name, (None, ""))
        if model is None or not visitor.owns(model.objects.filter(id=value), column):
            raise NotFound(_("There is nothing of your clients here."))
