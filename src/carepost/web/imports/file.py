"""A file brought: dropped or chosen, tried, and where needed its columns named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from carepost.appointments import imports
from carepost.appointments.imports import checking, manner
from carepost.appointments.imports.columns import understood
from carepost.practice.errors import Refused
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page
from carepost.web.imports.imports import find
from carepost.web.imports.things import THINGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpResponse

LARGEST = 25 * 1024 * 1024  # bytes
COLUMN = "column"


class FileForm(Form):
    """The file, and what to do about what it leaves out."""

    file = forms.FileField(
        label=lazy("File of visits (CSV)"),
        help_text=lazy("As your practice program exports it. Drop it here, or choose it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    source = forms.CharField(
        label=lazy("Program it comes from"), max_length=40, initial="csv",
        help_text=lazy("The same word each time: then a visit that moved in the file moves here."),
    )  # fmt: skip
    practitioner = forms.CharField(
        label=lazy("Practitioner of rows that name none"), max_length=120, required=False
    )
    cancel_missing = forms.BooleanField(
        label=lazy("Cancel visits of the file's days that it no longer has"), required=False
    )
    tell_booked = forms.BooleanField(
        label=lazy("Tell clients of visits that are new"), required=False,
        help_text=lazy("Usually not: they know of them already."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("This file is too large. Export fewer days."))
        return file

    def options(self) -> dict[str, Any]:
        """As `imports.check` takes them (`Any`: words and switches)."""
        names = ("practitioner", "cancel_missing", "tell_booked")
        return {name: self.cleaned_data[name] for name in names}


@page("imports:write")
def new(request: StaffRequest) -> HttpResponse:
    """Try a file: what each row would do. Nothing changes.

    Where its columns are not understood, it is asked what each says, and the file once more.
    """
    form, named = FileForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        visitor, file = request.visitor, form.cleaned_data["file"]
        content, mapping = file.read(), _named(request)
        try:
            row = imports.check(
                visitor.practice_id, visitor.actor, content=content, file_name=file.name or "",
                source=form.cleaned_data["source"], mapping=mapping, options=form.options(),
                now=visitor.now,
            )  # fmt: skip
            return redirect("imports:import", row.id)
        except Refused as refused:
            field = refused.field.partition(".")[2] or "file"
            form.add_error(field if field in form.fields else "file", refused.sentence)
            named = _asked_by_name(content, mapping) if refused.field == "mapping" else None
    return render(request, "web/imports/new.html", {"form": form, "named": named})


def _named(request: StaffRequest) -> dict[str, str] | None:
    """What was said of the columns; None where it was not asked."""
    said_of = {thing: request.POST.get(f"{COLUMN}-{thing}") for thing in THINGS}
    if all(name is None for name in said_of.values()):
        return None
    return {thing: name for thing, name in said_of.items() if name}


def _asked_by_name(content: bytes, mapping: dict[str, str] | None) -> Form | None:
    """The question what each column says; None where the file is no table."""
    try:
        header = checking.read_table(content, mapping or {}).header
    except Refused:
        return None
    return _columns_form(header, mapping or understood(header), None, prefix=COLUMN)


@page("imports:write")
def columns(request: StaffRequest, import_id: UUID) -> HttpResponse:
    """Name the columns that were not understood, and try the same file again."""
    row, visitor = find(import_id), request.visitor
    options = manner.options_of(row.mapping.get("options", {}))
    content = checking.content_of(row)
    header = checking.read_table(content, row.mapping.get("columns", {})).header
    form = _columns_form(header, row.mapping.get("columns", {}), request.POST or None)
    if request.method == "POST" and form.is_valid():
        mapping = {thing: name for thing, name in form.cleaned_data.items() if name}
        with form.refusals():
            again = imports.check(
                visitor.practice_id, visitor.actor, content=content, file_name=row.file_name,
                source=row.source, mapping=mapping, options=options,
                now=visitor.now,
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("Tried again. These columns are remembered once it is applied."))
            return redirect("imports:import", again.id)
    return render(request, "web/imports/columns.html", {"form": form, "import": row})


def _columns_form(
    header: Sequence[str], known: dict[str, str], data: Any, prefix: str | None = None
) -> Form:
    named = [("", _("No column")), *((name, name) for name in header if name)]
    fields = {
        thing: forms.ChoiceField(
            label=label, choices=named, required=False, initial=known.get(thing, "")
        )
        for thing, label in THINGS.items()
    }
    made: Form = type("ColumnsForm", (Form,), fields)(data, prefix=prefix)
    return made
