"""Why a message waits, or never left: a code, and a sentence that a receptionist understands."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

HOLDS: dict[str, str] = {
    "messaging_off": _("Messaging is switched off. Switch it on in Messaging, Settings."),
    "no_address": _("There is no number or address to reach this person by. Add one."),
    "bad_address": _(
        "The carrier said nobody can be reached at this number or address. Correct it."
    ),
    "archived": _("This client is archived. Restore the client, and it goes."),
    "no_line": _("There is no line for this messaging method. Add one in Settings."),
    "line_trouble": _("The line it would leave by has a problem. See Settings, Lines."),
    "no_consent": _("This person has not agreed to be written to. Ask for their consent."),
    "outside_hours": _(
        "There is no moment within this person's hours before it would be too late."
    ),
    "waits_for_hours": _("It waits for this person's hours to begin."),
    "retrying": _("The carrier did not take it yet; it will be tried again."),
    "no_credit": _("The practice's credit does not cover it. Top it up."),
    "wording": _("Its wording could not be filled in. Correct the template."),
}

DROPS: dict[str, str] = {
    "visit_cancelled": _("The visit was cancelled."),
    "visit_moved": _("The visit was moved; another message speaks of its new time."),
    "visit_past": _("The visit is over."),
    "confirmed": _("The visit is confirmed, and the rule leaves confirmed visits alone."),
    "rule_off": _("The rule that made it was switched off or changed."),
    "not_wanted": _("No rule asks for it any more."),
    "stopped": _("This number or address asked to hear nothing more."),
    "by_staff": _("A member of staff cancelled it."),
    "another_way": _("A member of staff sent it by another messaging method."),
    "taken_before": _("The carrier had taken an earlier attempt after all."),
}


def sentence(code: str) -> str:
    """The sentence of a hold or a drop, in the reader's language; empty for an empty code.

    Raises KeyError for an unknown one.
    """
    return gettext((HOLDS | DROPS)[code]) if code else ""
