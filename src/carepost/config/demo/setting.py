"""Who works at the demo's practice, where, and for what visits: made once, found again after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.config.demo.calendar import TYPES
from carepost.practice import audit

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Model

    from carepost.config.demo.size import Size

PRACTITIONERS = ("Dr. Maya Rivera", "Dr. Tom Albright")
PLACES = (
    ("River Street", "12 River Street"),
    ("River Street Annex", "14 River Street, second floor"),
)
CALL = "Phone check-in"
STUDY = "Sleep study"
CALL_MINUTES = 5
_MORE = (
    "Adler", "Baptiste", "Chandra", "Dorsey", "Eklund", "Farouk", "Gomez", "Horvat", "Ibarra",
    "Jansen", "Kimura", "Lund", "Mbeki", "Novak", "Ochoa", "Paredes", "Quist", "Rossi", "Stern",
    "Takeda", "Ueda", "Vidal", "Wolff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """The ids of what visits are made of, in the order of their numbers or by name."""

    practice_id: UUID
    practitioners: list[UUID]
    places: list[UUID]
    types: dict[str, UUID]
    practitioner_names: list[str]
    place_names: list[str]


def make(practice_id: UUID, size: Size) -> Setting:
    """Make or find them, in the caller's transaction, which acts for the practice."""
    doctors = [_doctor(number) for number in range(size.practitioners)]
    places = [_place(number) for number in range(size.places)]
    types: dict[str, dict[str, Any]] = {name: {"minutes": minutes} for name, minutes in TYPES}
    # A call is taken between visits, whatever else is on.
    types[CALL] = {"minutes": CALL_MINUTES, "allows_double_booking": True}
    types[STUDY] = {"minutes": 90}
    return Setting(
        practice_id=practice_id,
        practitioners=[_made(Practitioner, practice_id, name, "practitioner") for name in doctors],
        places=[
            _made(Place, practice_id, name, "place", address=address) for name, address in places
        ],
        types={
            name: _made(AppointmentType, practice_id, name, "type", **values)
            for name, values in types.items()
        },
        practitioner_names=doctors,
        place_names=[name for name, _ in places],
    )


def _doctor(number: int) -> str:
    if number < len(PRACTITIONERS):
        return PRACTITIONERS[number]
    turn, who = divmod(number - len(PRACTITIONERS), len(_MORE))
    return f"Dr. {'ABC'[turn]}. {_MORE[who]}"


def _place(number: int) -> tuple[str, str]:
    if number < len(PLACES):
        return PLACES[number]
    return f"River Street {number + 11}", f"{number + 11} River Street"


def _made(
    kind: type[Model], practice_id: UUID, name: str, subject: str, **values: str | int
) -> UUID:
    made, fresh = kind._default_manager.get_or_create(
        practice_id=practice_id, name=name, defaults=values
    )
    if fresh:
        audit.record(practice_id, audit.SYSTEM, f"{subject}.add", subject, made.pk)
    id_: UUID = made.pk
    return id_
