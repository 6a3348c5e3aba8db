"""How codes look and what they are called on the pages: the same word, icon and tone everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
from django.utils.translation import gettext_noop as _

if TYPE_CHECKING:
    from datetime import datetime


class Look(NamedTuple):
    """`tone`: calm, busy, well, warn, ill or quiet (the CSS has a colour for each)."""

    word: str
    icon: str
    tone: str


STATUSES: dict[str, Look] = {
    "planned": Look(_("Planned"), "clock", "calm"),
    "held": Look(_("Held"), "player-pause", "warn"),
    "sending": Look(_("Sending"), "send", "busy"),
    "uncertain": Look(_("Being checked"), "question-mark", "busy"),
    "needs_person": Look(_("You decide"), "user-exclamation", "ill"),
    "sent": Look(_("Sent"), "check", "calm"),
    "delivered": Look(_("Delivered"), "checks", "well"),
    "no_receipt": Look(_("No receipt"), "circle-dashed", "quiet"),
    "undelivered": Look(_("Undelivered"), "alert-triangle", "ill"),
    "failed": Look(_("Failed"), "circle-x", "ill"),
    "dropped": Look(_("Dropped"), "circle-off", "quiet"),
    "expired": Look(_("Too late"), "hourglass", "quiet"),
    "received": Look(_("Received"), "inbox", "well"),
}

VISITS: dict[str, Look] = {
    "booked": Look(_("No answer yet"), "circle-dashed", "calm"),
    "confirmed": Look(_("Confirmed"), "circle-check", "well"),
    "cancelled": Look(_("Cancelled"), "circle-x", "quiet"),
    "arrived": Look(_("Waiting room"), "door-enter", "busy"),
    "done": Look(_("Done"), "checks", "quiet"),
    "no_show": Look(_("Did not come"), "user-off", "ill"),
}

CHANNELS: dict[str, Look] = {
    "sms": Look(_("SMS"), "message", "calm"),
    "email": Look(_("Email"), "mail", "calm"),
    "voice": Look(_("Call"), "phone", "calm"),
    "fax": Look(_("Fax"), "printer", "calm"),
    "": Look(_("Assigned method"), "user", "calm"),
}

KINDS: dict[str, str] = {
    "appointment_reminder": _("Appointment reminder"),
    "appointment_notice": _("Appointment notice"),
    "test_message": _("Test message"),
}

FIELDS: dict[str, str] = {
    "client.first_name": _("first name"),
    "practice.name": _("practice"),
    "practice.phone": _("practice's number"),
    "appointment.date": _("day"),
    "appointment.time": _("time"),
    "appointment.place": _("place"),
    "appointment.practitioner": _("practitioner"),
    "appointment.old_date": _("former day"),
    "appointment.old_time": _("former time"),
    "notice.what": _("what happened"),
}

HOWS: dict[str, str] = {
    "api": _("by another program"),
    "spoken": _("spoken"),
    "paper": _("on paper"),
    "form": _("on a form"),
    "reply": _("by a reply"),
    "import": _("brought by an import"),
}

ROLES: dict[str, str] = {
    "owner": _("Owner"),
    "practitioner": _("Practitioner"),
    "front_desk": _("Front desk"),
    "biller": _("Biller"),
}


def address(value: str) -> str:
    """A number or address as people write it: (202) 555-0190 for one of the own country's."""
    if not value.startswith("+"):
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def zone_word(at: datetime) -> str:
    """What the zone of an aware time is called for short, such as EST; its offset if nothing."""
    return at.tzname() or at.strftime("%z")
