"""A rule made, changed, ended and begun again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carepost.messaging import rules
from carepost.messaging.kinds import KINDS
from carepost.messaging.models import Rule
from carepost.practice.errors import NotFound
from carepost.web import said
from carepost.web.frame import StaffRequest, page
from carepost.web.rules.forms import RuleForm, initial

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse


@page("rules:write")
def new(request: StaffRequest) -> HttpResponse:
    """Make a rule."""
    form = RuleForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        visitor = request.visitor
        with form.refusals():
            timing = form.timing()
            rules.add_rule(
                visitor.practice_id, visitor.actor, kind=form.cleaned_data["kind"],
                when=timing.when, days=timing.days, seconds=timing.seconds,
                at_time=timing.at_time, now=visitor.now, **form.others(of_new=True),
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("The rule is on. It speaks of nothing that lay before now."))
            return redirect("rules:list")
    return render(request, "web/rules/edit.html", _values(form, None))


@page("rules:write")
def edit(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Change a rule."""
    visitor, rule = request.visitor, find(rule_id)
    subject, body = rules.words_of(visitor.practice_id, [rule_id]).get(rule_id, ("", ""))
    form = RuleForm(request.POST or None, initial=initial(rule, subject, body))
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        with form.refusals():
            rules.change_rule(
                visitor.practice_id, rule_id, visitor.actor, now=visitor.now,
                timing=form.timing(), **form.others(of_new=False),
            )  # fmt: skip
        if not form.errors:
            said.toast(request, _("Saved. What waits is planned again by it."))
            return redirect("rules:list")
    return render(request, "web/rules/edit.html", _values(form, rule))


@page("rules:write")
@require_POST
def end(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Switch a rule off: what it has planned is dropped."""
    visitor = request.visitor
    rules.remove_rule(visitor.practice_id, rule_id, visitor.actor)
    said.toast(request, _("The rule is off."), undo=reverse("rules:restart", args=[rule_id]))
    return redirect("rules:list")


@page("rules:write")
@require_POST
def restart(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Switch a rule on again, from now on."""
    visitor = request.visitor
    rules.change_rule(visitor.practice_id, rule_id, visitor.actor, now=visitor.now, active=True)
    said.toast(request, _("The rule is on again, from now on."))
    return redirect("rules:list")


def find(rule_id: UUID) -> Rule:
    """The rule. Raises NotFound."""
    rule = Rule.objects.filter(id=rule_id).first()
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def _values(form: RuleForm, rule: Rule | None) -> dict[str, object]:
    fields = sorted(KINDS["appointment_reminder"].fields)
    return {"form": form, "rule": rule, "merge_fields": fields}
