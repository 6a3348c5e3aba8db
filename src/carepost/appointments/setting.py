"""What a visit is made of, chosen by id or by name: its type, practitioner and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.practice import audit, fields
from carepost.practice.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from django.db.models import Model

DEFAULT_MINUTES = 30
_OUT_OF_USE = {
    "type": gettext_lazy("This appointment type is no longer in use. Choose another."),
    "practitioner": gettext_lazy("This practitioner is no longer in use. Choose another."),
    "place": gettext_lazy("This place is no longer in use. Choose another."),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen. `minutes` is the type's length, `zone` the place's, else the practice's."""

    type_id: UUID
    minutes: int
    allows_double_booking: bool
    practitioner_id: UUID
    place_id: UUID | None
    zone: str


_CHOOSE = """
SELECT c.id, p.timezone, t.id, t.minutes, t.allows_double_booking, d.id, l.id, l.timezone,
  c.archived_at IS NOT NULL, t.active, d.active, l.active
FROM practice_practice p
LEFT JOIN people_client c ON c.practice_id = p.id AND c.id = %(client)s
LEFT JOIN appointments_appointmenttype t ON t.practice_id = p.id
  AND (t.id = %(type_id)s OR t.name = %(type_name)s)
LEFT JOIN appointments_practitioner d ON d.practice_id = p.id
  AND (d.id = %(practitioner_id)s OR d.name = %(practitioner_name)s)
LEFT JOIN appointments_place l ON l.practice_id = p.id
  AND (l.id = %(place_id)s OR l.name = %(place_name)s)
WHERE p.id = %(practice)s
"""


def choose(
    practice_id: UUID,
    actor: audit.Actor,
    client_id: UUID,
    type: str | UUID,
    practitioner: str | UUID,
    place: str | UUID | None,
    minutes: int | None,
    kept: frozenset[UUID | None] = frozenset(),
) -> Chosen:
    """Find what a visit names, in one look, and make what is named and new (a new type of
    `minutes`, else 30, long). A name that reads as a UUID is an id.

    `kept`: ids that the visit has already, which may be out of use. Raises NotFound for a client
    or an id that the practice has not, Refused for an empty name and for what is out of use, and
    Conflict for an archived client.
    """
    if minutes is not None:
        minutes = fields.minutes(minutes)
    named = {
        "type": _named(type, "type"),
        "practitioner": _named(practitioner, "practitioner"),
        "place": _named(place, "place") if place else None,
    }
    arguments: dict[str, UUID | str | None] = {"practice": practice_id, "client": client_id}
    for field, name in named.items():
        arguments[f"{field}_id"] = name if isinstance(name, UUID) else None
        arguments[f"{field}_name"] = name if isinstance(name, str) else None
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE, arguments)
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NotFound("There is no such client.", "client_id")
    (
        _found,
        zone,
        type_id,
        length,
        allows,
        practitioner_id,
        place_id,
        place_zone,
        archived,
        *active,
    ) = row
    if archived:
        raise Conflict(_("This client is archived. Restore the client first."), "client_id")
    _in_use(kept, active, type=type_id, practitioner=practitioner_id, place=place_id)
    if type_id is None:
        length, allows = minutes or DEFAULT_MINUTES, False
        made = _make(AppointmentType, practice_id, actor, "type", named["type"], minutes=length)
        type_id = made.pk
    if practitioner_id is None:
        practitioner_id = _make(
            Practitioner, practice_id, actor, "practitioner", named["practitioner"]
        ).pk
    if place_id is None and named["place"] is not None:
        place_id = _make(Place, practice_id, actor, "place", named["place"]).pk
    return Chosen(type_id, length, allows, practitioner_id, place_id, place_zone or zone)


def _in_use(kept: frozenset[UUID | None], active: list[bool | None], **found: UUID | None) -> None:
    for (field, id_), is_active in zip(found.items(), active, strict=True):
        if is_active is False and id_ not in kept:
            raise Refused(str(_OUT_OF_USE[field]), field)


def lock_practitioner(practitioner_id: UUID) -> None:
    """Hold a practitioner's calendar until the transaction ends: bookings follow each other."""
    rows = Practitioner.objects.filter(id=practitioner_id).select_for_update(no_key=True)
    list(rows.values_list("id"))


def _named(value: str | UUID, field: str) -> str | UUID:
    if isinstance(value, UUID):
        return value
    name = fields.text(value, field, most=120, required=True)
    try:
        return UUID(name)
    except ValueError:
        return name


def _make(
    kind: type[Model],
    practice_id: UUID,
    actor: audit.Actor,
    field: str,
    name: str | UUID | None,
    **values: object,
) -> Model:
    if not isinstance(name, str):
        raise NotFound(f"There is no such {field}.", field)
    # Another who makes the same at once may win: then theirs is taken.
    made, fresh = kind._default_manager.get_or_create(
        practice_id=practice_id, name=name, defaults=values
    )
    if fresh:
        audit.record(practice_id, actor, f"{field}.add", field, made.pk)
    return made
