"""What visits are made of: types, practitioners, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from carepost.appointments import catalogue as visits
from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.practice.models import Member
from carepost.web import said
from carepost.web.clients.forms import zones
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse


class TypeForm(Form):
    """What a visit is for, and how long it takes."""

    name = forms.CharField(
        label=lazy("Name"), max_length=120,
        help_text=lazy("It stays in the practice: no message names it."),
    )  # fmt: skip
    minutes = forms.IntegerField(label=lazy("Minutes"), min_value=1, max_value=1440, initial=30)
    allows_double_booking = forms.BooleanField(
        label=lazy("May share its time with another visit"), required=False
    )


def _members() -> list[tuple[str, str]]:
    """Everybody who is, or was, a member; and first: nobody."""
    rows = Member.objects.select_related("user").order_by("name", "id")
    return [("", _("Nobody")), *((str(row.id), row.name or row.user.email) for row in rows)]


class PractitionerForm(Form):
    """Who sees clients."""

    name = forms.CharField(
        label=lazy("Name"), max_length=120, help_text=lazy("As clients read it in messages.")
    )
    member_id = forms.TypedChoiceField(
        label=lazy("Signs in as"), choices=_members, coerce=UUID, empty_value=None, required=False,
        help_text=lazy(
            "Which member this is. Where practitioners see their own clients only, the clients of "
            "this practitioner are that member's."
        ),
    )  # fmt: skip


class PlaceForm(Form):
    """Where visits are."""

    name = forms.CharField(
        label=lazy("Name"), max_length=120, help_text=lazy("As clients read it in messages.")
    )
    address = forms.CharField(label=lazy("Address"), max_length=300, required=False)
    timezone = forms.ChoiceField(label=lazy("Time zone"), choices=zones, required=False)


SORTS: dict[str, tuple[type[Any], type[Form], Any]] = {
    "types": (AppointmentType, TypeForm, lazy("New type of visit")),
    "practitioners": (Practitioner, PractitionerForm, lazy("New practitioner")),
    "places": (Place, PlaceForm, lazy("New place")),
}


@page("settings:read")
def catalogue(request: StaffRequest) -> HttpResponse:
    """All of them on one page."""
    shown = {sort: model.objects.order_by("name") for sort, (model, _form, _word) in SORTS.items()}
    named = NullIf(F("member__name"), Value(""))
    shown["practitioners"] = shown["practitioners"].annotate(
        signs_in_as=Coalesce(named, F("member__user__email"), output_field=CharField())
    )
    return render(request, "web/settings/catalogue.html", {**shown, "tab": "catalogue"})


@page("settings:write")
def new(request: StaffRequest, sort: str) -> HttpResponse:
    """One more."""
    if sort not in SORTS:
        raise Http404
    model, of_sort, title = SORTS[sort]
    form = of_sort(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor = request.visitor
        with form.refusals():
            visits.add(model, visitor.practice_id, visitor.actor, **form.cleaned_data)
        if not form.errors:
            said.toast(request, _("Added."))
            return redirect("settings:catalogue")
    shown = {"form": form, "title": title, "tab": "catalogue"}
    return render(request, "web/settings/catalogue_one.html", shown)


@page("settings:write")
def one_type(request: StaffRequest, type_id: UUID) -> HttpResponse:
    """A type, changed."""
    return _change(request, "types", type_id)


@page("settings:write")
def practitioner(request: StaffRequest, practitioner_id: UUID) -> HttpResponse:
    """A practitioner, changed."""
    return _change(request, "practitioners", practitioner_id)


@page("settings:write")
def place(request: StaffRequest, place_id: UUID) -> HttpResponse:
    """A place, changed."""
    return _change(request, "places", place_id)


def _change(request: StaffRequest, sort: str, id_: UUID) -> HttpResponse:
    model, of_sort, _title = SORTS[sort]
    row = visits.find(model, id_)
    form = of_sort(
        request.POST or None, initial={name: getattr(row, name) for name in of_sort.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        visitor = request.visitor
        with form.refusals():
            visits.change(model, visitor.practice_id, id_, visitor.actor, **form.cleaned_data)
        if not form.errors:
            said.toast(request, _("Saved."))
            return redirect("settings:catalogue")
    shown = {"form": form, "title": row.name, "tab": "catalogue"}
    return render(request, "web/settings/catalogue_one.html", shown)
