"""Where a visit is put: what a drag, a form or its undo gives, and what it is called afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.practice.errors import Refused
from carepost.web.calendar.asked import as_instant
from carepost.web.calendar.week import NOWHERE
from carepost.web.frame import StaffRequest, as_id
from carepost.web.templatetags.carepost import full_name

if TYPE_CHECKING:
    from carepost.appointments.models import Appointment
    from carepost.web.visitor import Visitor


def where(request: StaffRequest, visitor: Visitor, visit: Appointment) -> dict[str, Any]:
    """What a drag or its undo gives, as `booking.change` takes it (`Any`: each its own type).

    Raises Refused; and for another practitioner, where the visitor sees their own clients alone:
    nobody then takes a client over, or loses one.
    """
    given: dict[str, str] = {**request.GET.dict(), **request.POST.dict()}
    to: dict[str, Any] = {}
    if "start" in given:
        to["starts_at"] = as_instant(given["start"], visitor.practice.timezone)
        if to["starts_at"] is None:
            raise Refused(_("Write a date and a time."), "start")
    if "minutes" in given:
        minutes = given["minutes"]
        to["minutes"] = int(minutes) if minutes.isdecimal() and len(minutes) < 6 else None
    for name in ("practitioner", "type"):
        if given.get(name):
            to[name] = as_id(given[name]) or given[name]
    if "place" in given:
        place = given["place"]
        to["place"] = None if place in ("", NOWHERE) else as_id(place) or place
    if visitor.limited and to.pop("practitioner", visit.practitioner_id) != visit.practitioner_id:
        raise Refused(
            _("The front desk gives visits to another practitioner. Ask them."), "practitioner"
        )
    return to


def back(before: Appointment, visitor: Visitor, scope: str = "this") -> str:
    """Where to POST to give a visit, and others of its series, what it had `before`."""
    given = {
        "start": before.starts_at.astimezone(visitor.zone).isoformat(timespec="minutes"),
        "minutes": round((before.ends_at - before.starts_at).total_seconds() / 60),
        "practitioner": before.practitioner_id,
        "place": before.place_id or "",
        "type": before.type_id,
        "scope": scope,
    }
    return f"{reverse('calendar:put', args=[before.id])}?{urlencode(given)}"


def moved_words(before: Appointment, after: Appointment) -> str:
    """What a change was, in a sentence."""
    name = full_name(after.client)
    if before.starts_at != after.starts_at:
        return _("%(name)s: visit moved.") % {"name": name}
    if before.practitioner_id != after.practitioner_id:
        return _("%(name)s: now with %(who)s.") % {"name": name, "who": after.practitioner.name}
    if before.place_id != after.place_id:
        place = after.place.name if after.place else _("no place")
        return _("%(name)s: now at %(place)s.") % {"name": name, "place": place}
    minutes = round((after.ends_at - after.starts_at).total_seconds() / 60)
    if before.ends_at != after.ends_at:
        return _("%(name)s: now %(n)s minutes.") % {"name": name, "n": minutes}
    return _("%(name)s: changed.") % {"name": name}
