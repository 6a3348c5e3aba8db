"""What a column of a file may say, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

THINGS = {
    "visit_id": _("The visit's number"),
    "client_id": _("The client's number"),
    "client_name": _("The client's whole name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "birth_date": _("Birth date"),
    "mobile_phone": _("Mobile number"),
    "phone": _("Phone number"),
    "home_phone": _("Home number"),
    "work_phone": _("Work number"),
    "email": _("Email address"),
    "start": _("Start (time, or day and time)"),
    "date": _("Day"),
    "end": _("End"),
    "minutes": _("Minutes"),
    "type": _("Type of visit"),
    "practitioner": _("Practitioner"),
    "place": _("Place"),
    "zone": _("Time zone"),
    "status": _("Status"),
    "cancelled": _("Cancelled"),
    "no_show": _("Did not come"),
    "arrived": _("Came"),
    "confirmed": _("Confirmed"),
}
