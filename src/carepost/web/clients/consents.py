"""What a client said about being written to: agreed, withdrawn, stopped, lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carepost.people import consent as consents
from carepost.web import said
from carepost.web.clients.client import find
from carepost.web.clients.forms import ConsentForm
from carepost.web.clients.points import of_client
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

CHANNEL_OF = {"phone": "sms", "email": "email", "fax": "fax"}


@page("clients:write")
def consent(request: StaffRequest, client_id: UUID, point_id: UUID) -> HttpResponse:
    """Write down what they said, with the exact words (RULES A8)."""
    client, point = find(client_id), of_client(client_id, point_id)
    form = ConsentForm(request.POST or None, initial={"given": "yes"})
    if request.method == "POST" and form.is_valid():
        visitor, told = request.visitor, form.cleaned_data
        act = consents.give if told["given"] == "yes" else consents.withdraw
        with form.refusals():
            act(
                visitor.practice_id, client_id, visitor.actor,
                channel=CHANNEL_OF[point.system], address=point.value,
                how=told["how"], words=told["words"], now=visitor.now,
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("Written down."))
            return redirect("clients:contact", client_id)
    return render(
        request, "web/clients/consent.html", {"form": form, "client": client, "point": point}
    )


@page("clients:write")
@require_POST
def stop(request: StaffRequest, client_id: UUID, point_id: UUID) -> HttpResponse:
    """They asked to hear nothing more there."""
    visitor, point = request.visitor, of_client(client_id, point_id)
    consents.stop(
        visitor.practice_id, visitor.actor, channel=CHANNEL_OF[point.system],
        address=point.value, how="spoken", now=visitor.now,
    )  # fmt: skip
    undo = reverse("clients:lift", args=[client_id, point_id])
    said.toast(request, _("Nothing more goes there."), undo=undo)
    return redirect("clients:contact", client_id)


@page("clients:write")
@require_POST
def lift(request: StaffRequest, client_id: UUID, point_id: UUID) -> HttpResponse:
    """They asked to hear from us again."""
    visitor, point = request.visitor, of_client(client_id, point_id)
    consents.lift(
        visitor.practice_id, visitor.actor, channel=CHANNEL_OF[point.system],
        address=point.value, how="spoken", now=visitor.now,
    )  # fmt: skip
    said.toast(request, _("They can be written to there again."))
    return redirect("clients:contact", client_id)
