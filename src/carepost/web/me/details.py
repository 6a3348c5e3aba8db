"""My details: what a member sets for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from carepost.practice import members
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse


class DetailsForm(Form):
    """What colleagues read."""

    name = forms.CharField(label=lazy("Your name"), max_length=120)


@page("")
def details(request: StaffRequest) -> HttpResponse:
    """The page."""
    visitor = request.visitor
    form = DetailsForm(request.POST or None, initial={"name": visitor.member.name})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            members.change(
                visitor.practice_id, visitor.member.id, visitor.actor, **form.cleaned_data
            )
        if not form.errors:
            said.toast(request, _("Saved."))
            return redirect("me:details")
    return render(request, "web/me/details.html", {"form": form})
