"""Types, practitioners and places, added and changed by hand (`booking` makes them by name)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction

from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.practice import audit, changes, fields
from carepost.practice.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

Setting = TypeVar("Setting", AppointmentType, Practitioner, Place)
_NOUNS: dict[type, str] = {
    AppointmentType: "type",
    Practitioner: "practitioner",
    Place: "place",
}
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": lambda v: fields.text(v, "name", most=120, required=True),
    "minutes": fields.minutes,
    "allows_double_booking": lambda v: fields.yes_or_no(v, "allows_double_booking"),
    "timezone": lambda v: fields.zone(v, required=False),
    "address": lambda v: fields.text(v, "address", most=300),
}


def add(model: type[Setting], practice_id: UUID, actor: audit.Actor, **given: Any) -> Setting:
    """Add one (`Any`: each field is checked). Raises Refused; Conflict where the name is taken."""
    row = model(practice_id=practice_id, **_checked(given))
    _save(row)
    audit.record(practice_id, actor, f"{_NOUNS[model]}.add", _NOUNS[model], row.id)
    return row


def change(
    model: type[Setting], practice_id: UUID, id_: UUID, actor: audit.Actor, **given: Any
) -> Setting:
    """Change one (`Any`: each field is checked). Raises NotFound, Refused, Conflict."""
    row = model._default_manager.select_for_update(no_key=True).filter(id=id_).first()
    if row is None:
        raise NotFound(f"There is no such {_NOUNS[model]}.")
    values = _checked(given)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        _save(row)
        audit.record(
            practice_id, actor, f"{_NOUNS[model]}.change", _NOUNS[model], row.id, fields=changed
        )
        changes.touch_practice(practice_id)
    return row


def find(model: type[Setting], id_: UUID) -> Setting:
    """One by its id. Raises NotFound."""
    row = model._default_manager.filter(id=id_).first()
    if row is None:
        raise NotFound(f"There is no such {_NOUNS[model]}.")
    return row


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    return {name: _CHECKS[name](value) for name, value in given.items()}


def _save(row: AppointmentType | Practitioner | Place) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "_name_once" in str(error):
            raise Conflict("There is one of that name already. Choose another.", "name") from None
        raise
