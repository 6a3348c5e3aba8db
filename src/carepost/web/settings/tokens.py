"""API tokens: what other programs come in with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from carepost.practice import tokens as keys
from carepost.practice.models import ApiToken
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

MAY = {
    "everything": [keys.EVERYTHING],
    "look": ["clients:read", "appointments:read", "messages:read", "rules:read", "settings:read"],
    "calendar": [
        "clients:read", "clients:write", "appointments:read", "appointments:write",
        "imports:read", "imports:write",
    ],
}  # fmt: skip


class TokenForm(Form):
    """What a token is for, what it may do, how long it is good."""

    name = forms.CharField(
        label=lazy("Name"), max_length=80, help_text=lazy("Which program will use it.")
    )
    may = forms.ChoiceField(
        label=lazy("It may"),
        choices=(
            ("look", lazy("look at everything, change nothing")),
            ("calendar", lazy("keep clients and the calendar")),
            ("everything", lazy("do everything an owner may")),
        ),
    )
    days = forms.ChoiceField(
        label=lazy("Good for"),
        choices=(
            ("90", lazy("90 days")), ("365", lazy("a year")), ("0", lazy("until it is ended")),
        ),
    )  # fmt: skip


@page("tokens:read")
def tokens(request: StaffRequest) -> HttpResponse:
    """All that were made, those that still work first."""
    rows = ApiToken.objects.select_related("member", "member__user").order_by("-created_at")[:200]
    now = request.visitor.now
    shown = [(row, _standing(row, now)) for row in rows]
    return render(request, "web/settings/tokens.html", {"tokens": shown, "tab": "tokens"})


@page("tokens:write")
def new(request: StaffRequest) -> HttpResponse:
    """Make one. It is shown once, on the answer to this form."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor, given = request.visitor, form.cleaned_data
        days = int(given["days"])
        _row, token = keys.issue(
            visitor.practice_id, visitor.member.id, given["name"], MAY[given["may"]],
            visitor.actor, visitor.now + timedelta(days=days) if days else None,
        )  # fmt: skip
        return render(request, "web/settings/token_made.html", {"token": token, "tab": "tokens"})
    return render(request, "web/settings/token_new.html", {"form": form, "tab": "tokens"})


@page("tokens:write")
@require_POST
def end(request: StaffRequest, token_id: UUID) -> HttpResponse:
    """End one, from now on."""
    visitor = request.visitor
    keys.revoke(visitor.practice_id, token_id, visitor.actor, visitor.now)
    said.toast(request, _("The token is ended. Programs that use it are refused from now on."))
    return redirect("settings:tokens")


def _standing(row: ApiToken, now: object) -> str:
    if row.revoked_at is not None:
        return "ended"
    if row.expires_at is not None and row.expires_at <= now:  # type: ignore[operator]
        return "lapsed"
    return "good"
