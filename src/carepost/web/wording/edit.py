"""One template: its words, its versions, and what they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from carepost.messaging import templates
from carepost.messaging.kinds import KINDS
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page
from carepost.web.wording import sorts

if TYPE_CHECKING:
    from django.http import HttpResponse


class TemplateForm(Form):
    """A subject, where there is one, and the words."""

    subject = forms.CharField(
        label=lazy("Subject"), max_length=200, required=False,
        help_text=lazy("It is read on locked screens: name no reason for the visit."),
    )  # fmt: skip
    body = forms.CharField(
        label=lazy("Words"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8})
    )


@page("rules:write")
def edit(request: StaffRequest, kind: str, channel: str, language: str, what: str) -> HttpResponse:
    """Write the next version; one that would fail when sent is refused, with line and field."""
    sort = sorts.find(kind, channel, language, what)
    form, versions = form_of(request, sort)
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        visitor = request.visitor
        with form.refusals():
            templates.save(
                visitor.practice_id, visitor.actor, kind=sort.kind, what=sort.what,
                channel=sort.channel, language=sort.language, **form.cleaned_data,
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("Saved. From now on these are the words."))
            return redirect("templates:list")
    return show(request, sort, form, versions)


def form_of(request: StaffRequest, sort: sorts.Sort) -> tuple[TemplateForm, list[object]]:
    """The form with the words in use, or the version that `?version=` names; and all versions."""
    versions = sorts.versions(sort)
    asked = request.GET.get("version", "")
    subject, body = sorts.usual(sort)
    chosen = next(
        (v for v in versions if str(v.version) == asked), versions[0] if versions else None
    )
    if chosen is not None and asked != "usual":
        subject, body = chosen.subject, chosen.body
    form = TemplateForm(request.POST or None, initial={"subject": subject, "body": body})
    if sort.channel == "sms":
        del form.fields["subject"]
    return form, list(versions)


def show(
    request: StaffRequest, sort: sorts.Sort, form: TemplateForm, versions: list[object]
) -> HttpResponse:
    """The page."""
    fields = sorted(KINDS[sort.kind].fields)
    shown = {"sort": sort, "form": form, "versions": versions, "merge_fields": fields}
    return render(request, "web/wording/edit.html", shown)
