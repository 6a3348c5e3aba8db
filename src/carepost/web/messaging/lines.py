"""The lines that a practice sends by: added, tried, switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from carepost.messaging import lines
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse


class TwilioForm(Form):
    """A number of an account at Twilio."""

    address = forms.CharField(
        label=lazy("The number you send from"), max_length=40,
        help_text=lazy("As Twilio shows it, with + and the country's code."),
    )  # fmt: skip
    account_sid = forms.CharField(label=lazy("Account SID"), max_length=40)
    auth_token = forms.CharField(
        label=lazy("Auth token"), max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=lazy("Kept encrypted, and never shown again."),
    )  # fmt: skip


class SmtpForm(Form):
    """A mail server that takes mail from the practice."""

    address = forms.EmailField(label=lazy("The address you send from"))
    host = forms.CharField(label=lazy("Mail server"), max_length=200)
    port = forms.IntegerField(label=lazy("Port"), min_value=1, max_value=65535, initial=587)
    username = forms.CharField(label=lazy("User name"), max_length=200, required=False)
    password = forms.CharField(
        label=lazy("Password"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=lazy("Kept encrypted, and never shown again."),
    )  # fmt: skip
    tls = forms.ChoiceField(
        label=lazy("Encryption"), initial="starttls",
        choices=(
            ("starttls", lazy("STARTTLS (usual with port 587)")),
            ("implicit", lazy("TLS from the start (usual with port 465)")),
            ("none", lazy("None (only for a server on this machine)")),
        ),
    )  # fmt: skip


SORTS = {
    "twilio": ("sms", TwilioForm, lazy("SMS by Twilio")),
    "smtp": ("email", SmtpForm, lazy("Email by a mail server")),
}


@page("settings:write")
def new(request: StaffRequest, carrier: str) -> HttpResponse:
    """Add a line."""
    if carrier not in SORTS:
        raise Http404
    channel, of_carrier, title = SORTS[carrier]
    form = of_carrier(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor = request.visitor
        account = {name: str(value) for name, value in form.cleaned_data.items()}
        address = account.pop("address")
        with form.refusals():
            lines.add_line(
                visitor.practice_id, visitor.actor, channel=channel, carrier=carrier,
                address=address, settings=account,
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("The line is there. Test it now."))
            return redirect("messaging:settings")
    return render(request, "web/messaging/line.html", {"form": form, "title": title})


@page("settings:write")
@require_POST
def check(request: StaffRequest, line_id: UUID) -> HttpResponse:
    """Ask the carrier whether it knows us; sends nothing."""
    visitor = request.visitor
    found = lines.check(visitor.practice_id, line_id, visitor.actor, visitor.now)
    said.toast(request, found.sentence, kind="well" if found.well else "ill")
    return redirect("messaging:settings")


@page("settings:write")
@require_POST
def switch(request: StaffRequest, line_id: UUID) -> HttpResponse:
    """Switch a line of the practice's own off: nothing leaves by it any more."""
    visitor = request.visitor
    lines.switch_off(visitor.practice_id, line_id, visitor.actor)
    said.toast(request, _("Nothing leaves by this line any more."))
    return redirect("messaging:settings")
