"""A test to the member's own phone or mailbox, by the real way, marked as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from carepost.messaging import outbox
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from carepost.web.visitor import Visitor


class TestForm(Form):
    """By what, and where to."""

    __test__ = False  # pytest: no test, though its name says so

    channel = forms.ChoiceField(
        label=lazy("By"), choices=(("sms", lazy("SMS")), ("email", lazy("Email")))
    )
    address = forms.CharField(label=lazy("Your number or address"), max_length=254)


def form_for(visitor: Visitor, data: object = None) -> TestForm:
    """The form; to a mailbox first, for that is known."""
    return TestForm(data, initial={"channel": "email", "address": visitor.user.email})


@page("messages:write")
@require_POST
def send(request: StaffRequest) -> HttpResponse:
    """Send it."""
    visitor = request.visitor
    form = form_for(visitor, request.POST)
    if form.is_valid():
        with form.refusals():
            message = outbox.say_test(
                visitor.practice_id, visitor.member.id, visitor.actor,
                channel=form.cleaned_data["channel"], address=form.cleaned_data["address"],
                subject=_("It works"),
                body=_("This is how messages from %(practice)s arrive.")
                % {"practice": visitor.practice.name},
                now=visitor.now,
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("The test is on its way."))
            return redirect("messages:why", message.id)
    return render(request, "web/messaging/test.html", {"form": form})
