"""The ways to reach a client: one more, one out of use, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carepost.people import points
from carepost.people.models import ContactPoint
from carepost.practice.errors import NotFound
from carepost.web import said
from carepost.web.clients.client import find
from carepost.web.clients.forms import PointForm
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse


@page("clients:write")
def add(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """One more number or address."""
    client = find(client_id)
    form = PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor = request.visitor
        with form.refusals():
            points.add_contact_point(
                visitor.practice_id, visitor.actor, client_id=client_id, **form.cleaned_data
            )
        if not form.errors:
            said.toast(request, _("Added."))
            return redirect("clients:contact", client_id)
    return render(request, "web/clients/point.html", {"form": form, "client": client})


@page("clients:write")
@require_POST
def remove(request: StaffRequest, client_id: UUID, point_id: UUID) -> HttpResponse:
    """Take one out of use; what was sent there still names it."""
    visitor = request.visitor
    of_client(client_id, point_id)
    points.remove_contact_point(visitor.practice_id, point_id, visitor.actor, visitor.now)
    undo = reverse("clients:restore_point", args=[client_id, point_id])
    said.toast(request, _("It is not used any more."), undo=undo)
    return redirect("clients:contact", client_id)


@page("clients:write")
@require_POST
def restore(request: StaffRequest, client_id: UUID, point_id: UUID) -> HttpResponse:
    """Use one again."""
    visitor, point = request.visitor, of_client(client_id, point_id)
    use = "" if point.use == points.OLD else point.use
    points.add_contact_point(
        visitor.practice_id, visitor.actor, client_id=client_id, system=point.system,
        value=point.value, use=use, rank=point.rank,
    )  # fmt: skip
    said.toast(request, _("It is used again."))
    return redirect("clients:contact", client_id)


def of_client(client_id: UUID, point_id: UUID) -> ContactPoint:
    """The contact point of this client. Raises NotFound."""
    point = ContactPoint.objects.filter(id=point_id, client_id=client_id).first()
    if point is None:
        raise NotFound("There is no such number or address.")
    return point
