"""A client made, and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carepost.people import register
from carepost.web import said
from carepost.web.clients.client import find
from carepost.web.clients.forms import ClientForm, NewClientForm
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

KEPT = ("first_name", "last_name", "birth_date", "assigned_channel", "language", "timezone")


@page("clients:write")
def new(request: StaffRequest) -> HttpResponse:
    """Add somebody, with the number and address they gave.

    Whoever sees their own clients alone books a first visit instead, which makes them theirs.
    """
    if request.visitor.limited:
        said.toast(request, _("Book a first visit for somebody new: then they are yours to see."))
        return redirect("calendar:book")
    form = NewClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor, given = request.visitor, form.cleaned_data
        with form.refusals():
            client = register.add_client(
                visitor.practice_id, visitor.actor, contact_points=form.points(),
                **{name: given[name] for name in KEPT},
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("%(name)s is a client now.") % {"name": client.first_name})
            return redirect("clients:client", client.id)
    return render(request, "web/clients/new.html", {"form": form})


@page("clients:write")
def edit(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Change what is known of somebody."""
    client = find(client_id)
    initial = {name: getattr(client, name) for name in KEPT}
    form = ClientForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        visitor, given = request.visitor, form.cleaned_data
        with form.refusals():
            register.change_client(
                visitor.practice_id, client_id, visitor.actor,
                **{name: given[name] for name in KEPT},
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("Saved."))
            return redirect("clients:client", client_id)
    request.visitor.has_read("client", [client.id])
    return render(request, "web/clients/edit.html", {"form": form, "client": client})
