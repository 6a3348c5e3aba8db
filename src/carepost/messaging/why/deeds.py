"""What people did about a message, in sentences with their names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.messaging import sayings, staff_clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from carepost.messaging.why.record import Deed

DEEDS: dict[str, str] = {
    "message.send_now": _("%(who)s had it leave at once."),
    "message.cancel": _("%(who)s called it off."),
    "message.restore": _("%(who)s took that back: it waits again."),
    "message.retry": _("%(who)s had it tried again."),
    "message.retry_by": _("%(who)s sent it by another method instead: %(method)s."),
    "message.instead_of": _("%(who)s sent it in place of a message by another method: %(method)s."),
    "message.edit_words": _("%(who)s changed its words."),
    "message.reset_words": _("%(who)s set its words back to the template's."),
    "message.move": _("%(who)s chose when it leaves: %(when)s."),
    "message.test": _("%(who)s sent it as a test."),
}
DECISIONS: dict[str, str] = {
    "sent": _("%(who)s said that it was sent."),
    "planned": _("%(who)s said that it was not sent, and had it sent again."),
    "dropped": _("%(who)s said to leave it."),
}


def deed_sentence(deed: Deed, zone: ZoneInfo, now: datetime) -> str:
    """The sentence of one deed, in the reader's language."""
    words = {"who": who(deed.actor_kind, deed.who)}
    if deed.action == "message.decide":
        return gettext(DECISIONS[deed.detail["decision"]]) % words
    if "channel" in deed.detail:
        words["method"] = sayings.method(deed.detail["channel"])
    if deed.action == "message.move":
        words["when"] = staff_clock.moment(datetime.fromisoformat(deed.detail["to"]), zone, now)
    return gettext(DEEDS[deed.action]) % words


def who(kind: str, name: str) -> str:
    """Whoever acted, as staff know them: a member or a token by name, else Carepost itself."""
    if kind == "member":
        return name or gettext("A member who has left")
    if kind == "token":
        program = name or gettext("one that is gone")
        return gettext("A program (%(name)s)") % {"name": program}
    return "Carepost"
