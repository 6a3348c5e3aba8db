"""What is done about a visit with one press; each can be undone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carepost.appointments import booking, series
from carepost.messaging import outbox
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.web import said
from carepost.web.calendar import told
from carepost.web.calendar.placing import back, moved_words, where
from carepost.web.calendar.visit import STRIP, find
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from carepost.appointments.models import Appointment


@page("appointments:write")
@require_POST
def confirm(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """The client said that they come."""
    act = partial(_by(booking.confirm), request, appointment_id)
    return _do(request, appointment_id, act, _("Confirmed."), "calendar:unconfirm")


@page("appointments:write")
@require_POST
def unconfirm(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """They did not say so after all."""
    act = partial(_by(booking.unconfirm), request, appointment_id)
    return _do(request, appointment_id, act, _("Not confirmed any more."))


@page("appointments:write")
@require_POST
def cancel(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """The visit does not take place."""
    visitor, scope = request.visitor, _scope(request)
    cancelled: list[Appointment] = []

    def act() -> None:
        done = series.cancel(
            visitor.practice_id, appointment_id, visitor.actor, scope=scope, now=visitor.now
        )
        cancelled.extend(done.visits)

    def words() -> str:
        n = len(cancelled)
        return ngettext("Visit cancelled.", "%(n)s visits cancelled.", n) % {"n": n}

    return _do(request, appointment_id, act, words, "calendar:reopen")


@page("appointments:write")
@require_POST
def reopen(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """A cancelled visit takes place after all, and those that were cancelled together with it."""
    act = partial(_by(series.reopen), request, appointment_id)
    return _do(request, appointment_id, act, _("The visit takes place again."), "calendar:cancel")


@page("appointments:write")
@require_POST
def mark(request: StaffRequest, appointment_id: UUID, status: str) -> HttpResponse:
    """They are here, were seen, or did not come."""
    visitor = request.visitor
    words = {
        "arrived": _("In the waiting room."),
        "done": _("Done."),
        "no_show": _("Did not come."),
    }

    def act() -> None:
        booking.mark(visitor.practice_id, appointment_id, visitor.actor, status, visitor.now)

    undo = reverse("calendar:unmark", args=[appointment_id, status])
    return _do(request, appointment_id, act, words.get(status, ""), undo_at=undo)


@page("appointments:write")
@require_POST
def unmark(request: StaffRequest, appointment_id: UUID, status: str) -> HttpResponse:
    """Take that back."""
    visitor = request.visitor

    def act() -> None:
        booking.unmark(visitor.practice_id, appointment_id, visitor.actor, status, visitor.now)

    return _do(request, appointment_id, act, _("Taken back."))


@page("appointments:write")
@require_POST
def put(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Put a visit where it was dragged, or back: `start` on the practice's clocks, `minutes`,
    `practitioner`, `place`, `type`, as far as each is given, in the body or the address."""
    visitor, before = request.visitor, find(appointment_id)

    def act() -> None:
        given = where(request, visitor, before)
        series.change(
            visitor.practice_id, appointment_id, visitor.actor, **given, now=visitor.now,
            scope=_scope(request),
        )  # fmt: skip

    return _do(
        request, appointment_id, act, lambda: moved_words(before, find(appointment_id)),
        undo_at=back(before, visitor),
    )  # fmt: skip


@page("appointments:write")
@require_POST
def tell(request: StaffRequest, appointment_id: UUID, how: str) -> HttpResponse:
    """Tell the client of the last change `now`, `not` at all, or `anyway`."""
    visitor, found = request.visitor, find(appointment_id)

    def act() -> None:
        if how == "now":
            telling = told.of(found, visitor)
            if telling is None or telling.message is None:
                raise Conflict(_("The message is being planned. Try again in a moment."))
            outbox.send_now(visitor.practice_id, telling.message.id, visitor.actor, visitor.now)
        else:
            sequence = request.POST.get("sequence", "")
            decide = booking.hush if how == "not" else booking.tell_anyway
            if not sequence.isdecimal() or len(sequence) > 9:
                raise NotFound(_("There is no such change of this visit."), "sequence")
            decide(visitor.practice_id, appointment_id, int(sequence), visitor.actor)

    return _do(request, appointment_id, act, "", to="calendar:telling")


def _scope(request: StaffRequest) -> str:
    """Which visits of a series are meant: this, following or all."""
    return request.POST.get("scope") or request.GET.get("scope") or "this"


def _by(act: Callable[..., object]) -> Callable[..., object]:
    """An act of `booking` that needs no more than to know which visit, who and when."""

    def do(request: StaffRequest, appointment_id: UUID) -> object:
        visitor = request.visitor
        return act(visitor.practice_id, appointment_id, visitor.actor, now=visitor.now)

    return do


def _do(
    request: StaffRequest,
    appointment_id: UUID,
    act: Callable[[], object],
    words: str | Callable[[], str],
    undo: str = "",
    *,
    undo_at: str = "",
    to: str = "calendar:visit",
) -> HttpResponse:
    """Do it, say so with its undo, and show the visit. What is refused is said there as well; to
    the calendar's script, which puts the visit back, as the sentence alone."""
    try:
        act()
    except Refused as refused:
        if request.headers.get("HX-Target") == STRIP:
            status = 404 if isinstance(refused, NotFound) else 409
            return HttpResponse(refused.sentence, status=status, content_type="text/plain")
        if isinstance(refused, NotFound):
            raise
        said.toast(request, refused.sentence, kind="ill")
        return redirect("calendar:visit", appointment_id)
    sentence = words if isinstance(words, str) else words()
    if sentence:
        at = undo_at or (reverse(undo, args=[appointment_id]) if undo else "")
        said.toast(request, sentence, undo=at)
    return redirect(to, appointment_id)
