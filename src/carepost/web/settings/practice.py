"""The practice itself, and what it asks of a sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from carepost.practice import fields, settings
from carepost.web import countries, said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse

KEPT = (
    "name", "phone", "email", "timezone", "country", "language", "date_order", "own_clients_only",
)  # fmt: skip


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in fields.zones()]


class PracticeForm(Form):
    """What the practice is called and where it is."""

    name = forms.CharField(label=lazy("Name"), max_length=120)
    phone = forms.CharField(
        label=lazy("Phone number"), required=False, max_length=40,
        help_text=lazy("Messages give it as the number to call."),
    )  # fmt: skip
    email = forms.EmailField(
        label=lazy("Email address"), required=False,
        help_text=lazy("Email is sent from it, where a line names no other."),
    )  # fmt: skip
    timezone = forms.ChoiceField(label=lazy("Time zone"), choices=_zones)
    country = forms.ChoiceField(
        label=lazy("Country"),
        choices=countries.choices,
        help_text=lazy("How phone numbers without + are read."),
    )
    language = forms.ChoiceField(
        label=lazy("Language"),
        choices=(("en", lazy("English")), ("es", lazy("Spanish")), ("fr", lazy("French"))),
        help_text=lazy("What clients are written to in, unless they have one of their own."),
    )
    date_order = forms.ChoiceField(
        label=lazy("Dates in files"),
        choices=(
            ("MDY", lazy("Month, day, year (3/28/2026)")),
            ("DMY", lazy("Day, month, year (28/3/2026)")),
            ("YMD", lazy("Year, month, day (2026-03-28)")),
        ),
        help_text=lazy("How dates in imported files are read. It is never guessed."),
    )
    own_clients_only = forms.BooleanField(
        label=lazy("Practitioners see their own clients only"), required=False,
        help_text=lazy(
            "Members who are practitioners then see the clients who have or had a visit with them, "
            "and nobody else. Link each practitioner to the member they sign in as, under Visits "
            "and places: whoever is linked to nobody sees nobody. Owners, the front desk and "
            "billers see everybody."
        ),
    )  # fmt: skip


class SigningInForm(Form):
    """What is asked of whoever signs in (RULES E1)."""

    mfa_required = forms.ChoiceField(
        label=lazy("A second factor or passkey is needed by"),
        choices=(
            ("owners", lazy("Owners")),
            ("all", lazy("Everybody")),
            ("nobody", lazy("Nobody")),
        ),
    )
    idle_minutes = forms.IntegerField(
        label=lazy("Sign out after so many idle minutes"), min_value=5, max_value=60,
        help_text=lazy("What was being typed is kept until the same person is back."),
    )  # fmt: skip


@page("settings:write")
def practice(request: StaffRequest) -> HttpResponse:
    """Name, place and customs."""
    visitor = request.visitor
    initial = {name: getattr(visitor.practice, name) for name in KEPT}
    form = PracticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            settings.change(visitor.practice_id, visitor.actor, **form.cleaned_data)
        if not form.errors:
            said.toast(request, _("Saved."))
            return redirect("settings:practice")
    return render(request, "web/settings/practice.html", {"form": form, "tab": "practice"})


@page("settings:write")
def signing_in(request: StaffRequest) -> HttpResponse:
    """How members sign in."""
    visitor = request.visitor
    initial = {
        "mfa_required": visitor.practice.mfa_required,
        "idle_minutes": visitor.practice.idle_minutes,
    }
    form = SigningInForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            settings.change(visitor.practice_id, visitor.actor, **form.cleaned_data)
        if not form.errors:
            said.toast(request, _("Saved."))
            return redirect("settings:signing_in")
    return render(request, "web/settings/signing_in.html", {"form": form, "tab": "signing_in"})
