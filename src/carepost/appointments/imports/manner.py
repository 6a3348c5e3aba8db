"""How a file is read: which column says what, in whose order of dates, for whose clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _

from carepost.appointments.imports import columns
from carepost.appointments.models import Import, Practitioner
from carepost.practice import fields
from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.models import Practice

DEFAULT_TYPE = "Appointment"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is read, kept with its import so that it is carried out as it was checked.

    `columns`: thing to column name. `zone`, `country`, `date_order`: the practice's when checked;
    `base`: when that was.
    """

    columns: dict[str, str]
    zone: str
    country: str
    date_order: str
    base: datetime
    practitioner: str
    type: str

    def kept(self) -> dict[str, Any]:
        """As JSON, without `base`. `Any`: strings, and a mapping of strings."""
        names = ("columns", "zone", "country", "date_order", "practitioner", "type")
        return {name: getattr(self, name) for name in names}


def options_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `check`, all of them. `Any`: each is checked here. Raises Refused."""
    chosen: dict[str, Any] = {
        "cancel_missing": False,
        "tell_booked": False,
        "practitioner": "",
        "type": "",
    }
    for name, value in given.items():
        if name in ("cancel_missing", "tell_booked"):
            chosen[name] = fields.yes_or_no(value, f"options.{name}")
        elif name in ("practitioner", "type"):
            chosen[name] = fields.text(value, f"options.{name}", most=120)
        else:
            raise Refused("There is no such option.", "options")
    return chosen


def given_mapping(given: Mapping[str, Any] | None) -> dict[str, str] | None:
    """A mapping as it is given, or as an import shows it (under `columns`)."""
    if given is None:
        return None
    inner = given.get("columns", given)
    if not isinstance(inner, dict) or not all(isinstance(v, str) for v in inner.values()):
        raise Refused("A mapping names a column for each thing.", "mapping")
    return dict(inner)


def remembered(practice_id: UUID, source: str) -> dict[str, str]:
    """The mapping of the source's last import that was carried out; empty where there is none."""
    last = (
        Import.objects.filter(practice_id=practice_id, source=source, status="done")
        .order_by("-finished_at", "-id")
        .values_list("mapping", flat=True)
        .first()
    )
    return dict(last["columns"]) if last else {}


def sources(practice_id: UUID) -> list[str]:
    """The programs that files were imported from, the last one first: offered the next time."""
    newest = (
        Import.objects.filter(practice_id=practice_id, status="done")
        .values("source")
        .annotate(last=Max("finished_at"))
    )
    return [row["source"] for row in newest.order_by("-last", "source")]


def settled(
    practice: Practice,
    header: Sequence[str],
    kept: Mapping[str, str],
    chosen: Mapping[str, Any],
    now: datetime,
) -> Manner:
    """How a file of these columns is read, by a mapping and the options. Raises Refused."""
    found = columns.find(header, kept)
    manner = Manner(
        {**kept, **{thing: header[place] for thing, place in found.items()}},
        practice.timezone,
        practice.country,
        practice.date_order,
        now,
        chosen["practitioner"],
        chosen["type"] or DEFAULT_TYPE,
    )
    if manner.practitioner or "practitioner" in found:
        return manner
    # A practice of one does not write whom its clients see.
    names = list(
        Practitioner.objects.filter(practice_id=practice.id).values_list("name", flat=True)[:2]
    )
    if len(names) != 1:
        raise Refused(
            _(
                "No column says the practitioner. Say which one does, or name the practitioner of "
                "rows that name none."
            ),
            "mapping",
        )
    return replace(manner, practitioner=names[0])
