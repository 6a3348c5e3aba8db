"""The one way into a staff page. Each view is wrapped once, and never runs outside.

1. Whoever is not signed in signs in first, and comes back here.
2. Their practice is the one they chose, if they are an active member of it still; of several and
   none chosen, they choose. What the practice asks of a sign-in (RULES E1) comes first.
3. The role says whether they may (403).
4. A transaction begins that sees that practice alone; the page is rendered within it.
5. A practitioner who is limited to their own clients names no other by id (`own.guard`, 404).
6. What a person asked and cannot have becomes a page that says so, and undoes the transaction.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from carepost.ground import clock
from carepost.practice import sign_in, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Member
from carepost.web import errors, own
from carepost.web.signin import standing
from carepost.web.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from carepost.practice.sign_in import Membership

    View = Callable[..., HttpResponseBase]

CHOSEN = "practice_id"
"""The session's key of the practice that a member of several has chosen."""


class StaffRequest(HttpRequest):
    """A request that came in by `page`."""

    visitor: Visitor


def page(scope: str, *, own_transactions: bool = False) -> Callable[[View], View]:
    """Lead a view's requests through the door. `scope`: what the role must allow, empty for any.

    A view with `own_transactions` commits step by step, each under `tenancy.acting_for`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, **path: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(_back_to(request), reverse("account_login"))
            now = clock.now()
            held = [m for m in sign_in.memberships(request.user.pk) if m.active]
            membership = _chosen(request, held)
            if membership is None:
                return redirect("signin:choose" if held else "signin:nowhere")
            first = standing.still_to_do(request, membership, now)
            if first:
                return redirect(first)
            try:
                if own_transactions:
                    with tenancy.acting_for(membership.practice_id):
                        _admit(request, membership, held, now, scope, path)
                    return view(request, **path)
                with tenancy.acting_for(membership.practice_id):
                    _admit(request, membership, held, now, scope, path)
                    return view(request, **path)
            except _NotAllowed:
                return errors.forbidden(request, PermissionError())
            except Refused as refused:
                return errors.refused(request, _status(refused), refused.sentence)

        enter.needs_scope = scope  # type: ignore[attr-defined]
        return enter

    return decorate


class _NotAllowed(Exception):
    """The role does not allow it."""


def _admit(
    request: HttpRequest,
    membership: Membership,
    held: Sequence[Membership],
    now: datetime,
    scope: str,
    path: dict[str, Any],
) -> None:
    member = Member.objects.select_related("practice", "user").get(id=membership.member_id)
    visitor = Visitor(member.practice, member, member.user, now, len(held))
    request.visitor = visitor  # type: ignore[attr-defined]
    if not visitor.may(scope):
        raise _NotAllowed
    own.guard(visitor, path)


def _chosen(request: HttpRequest, held: Sequence[Membership]) -> Membership | None:
    wanted = request.session.get(CHOSEN, "")
    for membership in held:
        if str(membership.practice_id) == wanted:
            return membership
    if len(held) == 1:
        request.session[CHOSEN] = str(held[0].practice_id)
        return held[0]
    return None


def _back_to(request: HttpRequest) -> str:
    """Where to come back to: this page, if going there again changes nothing."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return reverse("today")


def _status(refused: Refused) -> int:
    if isinstance(refused, NotFound):
        return 404
    return 409 if isinstance(refused, Conflict) else 400


def as_id(text: str) -> UUID | None:
    """An id as a query string carries it; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
