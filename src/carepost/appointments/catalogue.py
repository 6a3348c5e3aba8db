"""Types, practitioners and places, added and changed by hand (`booking` makes them by name too).

None is ever deleted: visits name them. One that is not `active` stays with its visits, and is not
offered or taken for new ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.practice import audit, changes, fields, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable

Entry = TypeVar("Entry", AppointmentType, Practitioner, Place)

_NAME = {
    "name": lambda v: fields.text(v, "name", most=120, required=True),
    "active": lambda v: fields.yes_or_no(v, "active"),
}
_CHECKS: dict[type, dict[str, Callable[[Any], Any]]] = {
    AppointmentType: _NAME
    | {
        "minutes": fields.minutes,
        "allows_double_booking": lambda v: fields.yes_or_no(v, "allows_double_booking"),
    },
    Practitioner: _NAME | {"member_id": lambda v: _member(v)},
    Place: _NAME
    | {
        "timezone": lambda v: fields.zone(v, required=False),
        "address": lambda v: fields.text(v, "address", most=300),
    },
}
_NOUNS: dict[type, str] = {
    AppointmentType: "type",
    Practitioner: "practitioner",
    Place: "place",
}


def add(model: type[Entry], practice_id: UUID, actor: audit.Actor, **given: Any) -> Entry:
    """Add one (`Any`: each field is checked). Raises Refused; Conflict where the name is taken.

    Type: name, minutes, allows_double_booking. Practitioner: name, member_id (the member who is
    that person, or None). Place: name, timezone (empty: the practice's), address.
    """
    noun = _NOUNS[model]
    with tenancy.acting_for(practice_id):
        row = model(practice_id=practice_id, **_checked(model, given))
        _save(row)
        audit.record(practice_id, actor, f"{noun}.add", noun, row.id)
    return row


def change(
    model: type[Entry], practice_id: UUID, id_: UUID, actor: audit.Actor, **given: Any
) -> Entry:
    """Change one: the fields of `add`, and `active` (`Any`: each field is checked).

    Visits that are booked keep their length, and their zone until they move. Raises NotFound,
    Refused, Conflict.
    """
    noun = _NOUNS[model]
    with tenancy.acting_for(practice_id):
        row = model._default_manager.select_for_update(no_key=True).filter(id=id_).first()
        if row is None:
            raise NotFound(_("There is no such entry."))
        values = _checked(model, given)
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            _save(row)
            audit.record(practice_id, actor, f"{noun}.change", noun, row.id, fields=changed)
            changes.touch_practice(practice_id)
    return row


def find(model: type[Entry], id_: UUID) -> Entry:
    """One by its id, of the practice acted for. Raises NotFound."""
    row = model._default_manager.filter(id=id_).first()
    if row is None:
        raise NotFound(_("There is no such entry."))
    return row


def _checked(model: type, given: dict[str, Any]) -> dict[str, Any]:
    checks = _CHECKS[model]
    for name in given:
        if name not in checks:
            raise Refused(_("There is no such field."), name)
    return {name: checks[name](value) for name, value in given.items()}


def _member(value: object) -> UUID | None:
    if value is None:
        return None
    if not isinstance(value, UUID) or not Member.objects.filter(id=value).exists():
        raise NotFound(_("There is no such member."), "member_id")
    return value


def _save(row: AppointmentType | Practitioner | Place) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "_name_once" in str(error):
            raise Conflict(
                _("There is one of that name already. Choose another."), "name"
            ) from None
        if "practitioner_member_once" in str(error):
            raise Conflict(_("This member is another practitioner already."), "member_id") from None
        raise
