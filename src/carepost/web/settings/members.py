"""Who works here: members, their roles, and invites that wait for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from carepost.practice import invites
from carepost.practice import members as staff
from carepost.practice.errors import NotFound
from carepost.practice.models import Invite, Member
from carepost.web import said
from carepost.web.forms import Form
from carepost.web.frame import StaffRequest, page
from carepost.web.signin import post
from carepost.web.words import ROLES

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

CHOICES = tuple((role, lazy(word)) for role, word in ROLES.items())


class InviteForm(Form):
    """Whom to ask in."""

    email = forms.EmailField(label=lazy("Email address"))
    name = forms.CharField(label=lazy("Name"), max_length=120)
    role = forms.ChoiceField(label=lazy("Role"), choices=CHOICES, initial="front_desk")


class MemberForm(Form):
    """A member's name, role, and whether they still work here."""

    name = forms.CharField(label=lazy("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=lazy("Role"), choices=CHOICES)
    active = forms.BooleanField(label=lazy("Works here and may sign in"), required=False)


@page("members:read")
def members(request: StaffRequest) -> HttpResponse:
    """Members, and invites that are open or have lapsed."""
    rows = Member.objects.select_related("user").order_by("-active", "name", "id")
    asked = Invite.objects.filter(accepted_at=None, revoked_at=None).order_by("-created_at")
    shown = {"members": rows, "invites": asked, "tab": "members"}
    return render(request, "web/settings/members.html", shown)


@page("members:write")
def invite(request: StaffRequest) -> HttpResponse:
    """Ask someone in, by email."""
    visitor = request.visitor
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            row, token = invites.invite(
                visitor.practice_id, visitor.actor, now=visitor.now, **form.cleaned_data
            )
        if not form.errors:
            return _sent(request, row, token)
    return render(request, "web/settings/invite.html", {"form": form, "tab": "members"})


@page("members:write")
def member(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """One member, changed."""
    visitor = request.visitor
    row = Member.objects.select_related("user").filter(id=member_id).first()
    if row is None:
        raise NotFound("There is no such member.")
    initial = {"name": row.name, "role": row.role, "active": row.active}
    form = MemberForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            staff.change(visitor.practice_id, member_id, visitor.actor, **form.cleaned_data)
        if not form.errors:
            said.toast(request, _("Saved."))
            return redirect("settings:members")
    return render(
        request, "web/settings/member.html", {"form": form, "member": row, "tab": "members"}
    )


@page("members:write")
@require_POST
def again(request: StaffRequest, invite_id: UUID) -> HttpResponse:
    """Send an invite once more, good for another 7 days."""
    visitor = request.visitor
    row, token = invites.resend(visitor.practice_id, invite_id, visitor.actor, visitor.now)
    return _sent(request, row, token)


@page("members:write")
@require_POST
def end(request: StaffRequest, invite_id: UUID) -> HttpResponse:
    """Take an invite back."""
    visitor = request.visitor
    invites.revoke(visitor.practice_id, invite_id, visitor.actor, visitor.now)
    said.toast(request, _("The invite is taken back."))
    return redirect("settings:members")


def _sent(request: StaffRequest, row: Invite, token: str) -> HttpResponse:
    """Send the link by email; where no mail server is set up, show it to hand over."""
    link = settings.CAREPOST_BASE_URL.rstrip("/") + reverse("signin:invite", args=[token])
    if not post.can_send():
        shown = {"link": link, "invite": row, "tab": "members"}
        return render(request, "web/settings/invite_link.html", shown)
    post.send_later(post.invited(row.email, request.visitor.practice.name, link))
    said.toast(request, _("The invite is on its way. It is good for 7 days."))
    return redirect("settings:members")
