"""The dry run of an import: what would become of each row, told before anything changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from carepost.appointments.imports import (
    columns,
    facts,
    manner,
    overlaps,
    preparing,
    reporting,
    table,
)
from carepost.appointments.models import Import
from carepost.ground.blobs import BlobError, Blobs
from carepost.ground.sealing import SealingError
from carepost.practice import fields, keys, tenancy
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.imports.facts import Kinds
    from carepost.appointments.imports.fates import Fate
    from carepost.appointments.imports.manner import Manner
    from carepost.appointments.imports.preparing import Prepared
    from carepost.practice.audit import Actor


def check(
    practice_id: UUID,
    actor: Actor,
    *,
    content: bytes,
    file_name: str,
    source: str,
    mapping: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    now: datetime,
) -> Import:
    """Read a file and say each row's fate; change nothing but to keep the file and its import.

    `source`: the program the file comes from. `mapping`: what a column says (`columns.NAMES`) to
    its name; without one, the mapping of the source's last import that was carried out; what is in
    neither is found by its name. `options` (`Any`: each is checked): cancel_missing (cancel the
    source's visits ahead, of the file's days, that it has no more), tell_booked (tell the clients
    of new visits), practitioner and type (for rows that name none).

    Gives an import in status "checked" with its counts and its report: a list of {row, fate,
    reason}, fate being create, move, cancel, change, unchanged, refuse, or note (of the whole
    file; row 0). `row` is the one a spreadsheet shows, None for a visit that is missing. Raises
    Refused where the file is no table of visits, and NotFound.
    """
    source = fields.text(source, "source", most=40, required=True)
    chosen = manner.options_of(options or {})
    given = manner.given_mapping(mapping)
    with tenancy.acting_for(practice_id):
        practice = Practice.objects.filter(id=practice_id).first()
        if practice is None:
            raise NotFound("There is no such practice.")
        kept = given if given is not None else manner.remembered(practice_id, source)
        read = read_table(content, kept)
        if given is None and not columns.fits(read.header, kept):
            kept = {}
            read = read_table(content, kept)
        how = manner.settled(practice, read.header, kept, chosen, now)
        kinds = facts.kinds(practice_id)
        prepared = preparing.prepare(practice_id, source, read, how, kinds)
        decided, notes = _decide(practice_id, source, prepared, how, kinds, chosen, now)
        flagged = {fate.said.external_id for fate in decided if fate.overlaps}
        told = [reporting.entry(fate) for fate in decided]
        report = [*notes, *reporting.noted(told, prepared.rows, flagged)]
        counts = reporting.count(decided)
        blob = blobs().put(keys.practice_key(practice), content)
        try:
            return Import.objects.create(
                practice_id=practice_id,
                source=source,
                file_name=_name(file_name),
                blob=blob,
                mapping={**how.kept(), "options": chosen},
                rows=len(prepared.rows),
                report=report,
                member_id=actor.id if actor.kind == "member" else None,
                created_at=now,
                **counts,
            )
        except BaseException:
            blobs().delete(blob)
            raise


def blobs() -> Blobs:
    """Where the files of imports wait, sealed, until they are carried out."""
    return Blobs(settings.ENVIRONMENT.home / "blobs")


def content_of(import_: Import) -> bytes:
    """The file of an import that is not finished. Raises Refused where it is kept no more."""
    try:
        practice = Practice.objects.get(id=import_.practice_id)
        return blobs().get(keys.practice_key(practice), import_.blob)
    except (BlobError, SealingError):
        raise Refused("The file of this import is kept no more. Bring it again.") from None


def read_table(content: bytes, mapping: Mapping[str, str]) -> table.Table:
    """A file's table, its line of column names found by those known or mapped. Raises Refused."""
    return table.read(content, lambda cells: columns.recognised(cells, mapping))


def _decide(
    practice_id: UUID,
    source: str,
    prepared: Prepared,
    how: Manner,
    kinds: Kinds,
    chosen: Mapping[str, Any],
    now: datetime,
) -> tuple[list[Fate], list[dict[str, Any]]]:
    visits = facts.visits(practice_id, source, prepared.present)
    decided = preparing.decide(prepared, prepared.rows, visits, kinds)
    reporting.tell_of_clients(decided, prepared)
    notes = [] if prepared.named else [reporting.NO_IDS]
    ends: list[Fate] = []
    if chosen["cancel_missing"]:
        ends = [
            reporting.gone(v)
            for v in reporting.missing(practice_id, source, prepared, how.zone, now)
        ]
        if prepared.span(how.zone) is None:
            notes.append(reporting.UNSURE)
    overlaps.flag(practice_id, decided, kinds, [f.visit.id for f in ends if f.visit])
    return decided + ends, [{"row": 0, "fate": "note", "reason": note} for note in notes]


def _name(file_name: str) -> str:
    last = fields.words(file_name, "file_name").replace("\\", "/").rpartition("/")[2]
    return fields.text(last[:200], "file_name", most=200)
