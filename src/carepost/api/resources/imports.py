"""Imports: a file of visits is checked first, then applied; its progress can be read meanwhile."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http.multipartparser import MultiPartParserError
from ninja import Query, Router, Status
from pydantic import Field, StrictBool, ValidationError

from carepost.api import body, paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.problems import ProblemRaised, pointer
from carepost.api.values import FullName, Given, Instant, Name, Short, Shown
from carepost.appointments import imports
from carepost.appointments.models import Import
from carepost.practice import tenancy
from carepost.practice.errors import NotFound

router = Router(tags=["Imports"])
MULTIPART = "multipart/form-data"
SOURCE = "csv"  # where the caller names no program


class ImportGiven(Given):
    """`source`: the program it comes from. `mapping`: what a column says, to the column's name;
    without, as the source's last import. `options`: cancel_missing, tell_booked, practitioner and
    type (for rows that name none).

    As multipart/form-data: the same fields, `file` for `csv`, `mapping` and `options` as JSON.
    """

    csv: Annotated[str, Field(min_length=1)]
    source: Short | None = None
    file_name: Name | None = None
    mapping: Annotated[dict[FullName, Name | dict[FullName, Name]], Field(max_length=60)] | None = (
        None
    )
    options: Annotated[dict[Short, Name | StrictBool], Field(max_length=30)] | None = None


class ImportShown(Shown):
    """`report` lists each row that needs a look by its number and reason, never its content."""

    id: UUID
    source: str
    file_name: str
    mapping: dict[str, Any]
    status: str
    rows: int
    done: int
    created: int
    moved: int
    cancelled: int
    unchanged: int
    refused: int
    report: list[Any]
    created_at: Instant
    finished_at: Instant | None


class UndoneShown(Shown):
    """Of visits: those removed, those cancelled for messages name them, and the rows whose effect
    stays. Of clients: those removed, and those archived."""

    removed: int
    cancelled: int
    kept: int
    clients_removed: int
    clients_archived: int
    kept_rows: list[Any]


class SourceShown(Shown):
    """`mapping`: what a column says, to the column's name; the next file is read so too."""

    source: str
    mapping: dict[str, str]


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": ImportGiven.model_json_schema(ref_template="#/components/schemas/{model}")
            },
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "source": {"type": "string", "maxLength": 40},
                        "mapping": {"type": "string", "description": "JSON"},
                        "options": {"type": "string", "description": "JSON"},
                    },
                }
            },
        },
    }
}


def _shown(row: Import) -> ImportShown:
    names = ImportShown.model_fields
    return ImportShown.model_construct(**{name: getattr(row, name) for name in names})


def _one(import_id: UUID) -> Import:
    row = Import.objects.filter(id=import_id).first()
    if row is None:
        raise NotFound("There is no such import.")
    return row


@router.get("/imports", response=paging.Page[ImportShown])
@needs("imports:read")
def list_imports(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[ImportShown]:
    """Imports, the newest first."""
    found, cursor = paging.cut(request, Import.objects.all(), ("-created_at",), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/imports", response={201: ImportShown}, openapi_extra=_BODY)
@needs("imports:write", most=body.IMPORT_LIMIT, types=(*body.JSON, MULTIPART))
def check_import(request: ApiRequest) -> Status[ImportShown]:
    """Check a file: what each row would do. Nothing changes until it is applied."""
    call = request.call
    content, asked = _read(request)
    row = imports.check(
        call.practice_id,
        call.actor,
        content=content,
        file_name=asked.file_name or "",
        source=asked.source or SOURCE,
        mapping=asked.mapping,  # type: ignore[arg-type]  # or as an import shows it
        options=asked.options,
        now=call.now,
    )
    return Status(201, _shown(row))


@router.get("/imports/{import_id}", response=ImportShown)
@needs("imports:read")
def get_import(request: ApiRequest, import_id: UUID) -> ImportShown:
    """One import, and how far it is."""
    return _shown(_one(import_id))


@router.post("/imports/{import_id}/apply", response=ImportShown)
@needs("imports:write", own_transactions=True)
def apply_import(request: ApiRequest, import_id: UUID) -> ImportShown:
    """Apply what was checked; answers when all of it is done. Another process can read how far."""
    call = request.call
    with tenancy.acting_for(call.practice_id):
        _one(import_id)
    imports.apply(call.practice_id, import_id, call.actor, call.now)
    with tenancy.acting_for(call.practice_id):
        return _shown(_one(import_id))


@router.post("/imports/{import_id}/undo", response=UndoneShown)
@needs("imports:write", own_transactions=True)
def undo_import(request: ApiRequest, import_id: UUID) -> UndoneShown:
    """Take back what it made and nobody has touched since; the report says what stays, and why.

    The file can be imported anew. Nobody is told of a cancelling who was not told of the booking.
    """
    call = request.call
    done = imports.undo(call.practice_id, import_id, call.actor, call.now)
    names = [name for name in UndoneShown.model_fields if name != "kept_rows"]
    return UndoneShown.model_construct(
        **{name: getattr(done, name) for name in names}, kept_rows=done.report
    )


@router.get("/import-sources", response=list[SourceShown])
@needs("imports:read")
def list_sources(request: ApiRequest) -> list[SourceShown]:
    """The programs that files were imported from, the last one first, and how those were read."""
    practice_id = request.call.practice_id
    return [
        SourceShown.model_construct(source=source, mapping=imports.remembered(practice_id, source))
        for source in imports.sources(practice_id)
    ]


def _read(request: ApiRequest) -> tuple[bytes, ImportGiven]:
    """The file, and what was said of it. Raises a problem 400 or 422."""
    if request.content_type == MULTIPART:
        return _read_form(request)
    given = body.parse(request.body) if request.body else {}
    asked = _checked(given)
    return asked.csv.encode(), asked


def _read_form(request: ApiRequest) -> tuple[bytes, ImportGiven]:
    try:
        form, files = request.POST, request.FILES
    except MultiPartParserError:
        raise ProblemRaised(400, "The form cannot be read. Send multipart/form-data.") from None
    file = files.get("file")
    if not isinstance(file, UploadedFile):
        raise ProblemRaised(
            422,
            "Send the file as the part named file.",
            errors=[{"pointer": pointer("file"), "detail": "This is needed."}],
        )
    said: dict[str, Any] = {"csv": "in the file", "file_name": (file.name or "")[:120]}
    for name in sorted(form.keys() - {"csv", "file"}):
        value = form[name]
        said[name] = _part(name, value) if name in ("mapping", "options") else value
    return file.read(), _checked(said)


def _part(name: str, value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise ProblemRaised(
            422, errors=[{"pointer": pointer(name), "detail": "Write this part as JSON."}]
        ) from None


def _checked(given: Any) -> ImportGiven:
    try:
        return ImportGiven.model_validate(given)
    except ValidationError as error:
        faults = [
            {"pointer": pointer(*each["loc"]), "detail": f"{each['msg']}."}
            for each in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise ProblemRaised(422, errors=faults[:50]) from None
