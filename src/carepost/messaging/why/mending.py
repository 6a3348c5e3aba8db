"""The one act that mends what keeps a message from its recipient."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

ACTS: dict[str, str] = {
    "switch_on": _("Switch messaging on"),
    "add_address": _("Add a number or address"),
    "correct_address": _("Correct the number or address"),
    "add_line": _("Add a line"),
    "look_at_line": _("Look at the line"),
    "ask_consent": _("Record their consent"),
    "change_hours": _("Look at the hours"),
    "top_up": _("Top up the credit"),
    "correct_wording": _("Correct the template"),
    "send_now": _("Send now"),
    "retry": _("Try again"),
    "decide": _("Say whether it was sent"),
    "restore": _("Send it after all"),
    "add_rule": _("Look at the rules"),
}
"""Every act there is, and its label. A page knows where each leads."""

_OF_HOLD = {
    "messaging_off": "switch_on",
    "no_address": "add_address",
    "bad_address": "correct_address",
    "no_line": "add_line",
    "line_trouble": "look_at_line",
    "no_consent": "ask_consent",
    "outside_hours": "change_hours",
    "retrying": "send_now",
    "no_credit": "top_up",
    "wording": "correct_wording",
}


@dataclass(frozen=True, slots=True)
class Mend:
    """What mends it: a code of `ACTS`. Written in a template, it is its label."""

    code: str

    @property
    def label(self) -> str:
        """What the button says, in the reader's language."""
        return gettext(ACTS[self.code])

    def __str__(self) -> str:
        return self.label


def of_hold(code: str) -> Mend | None:
    """What releases a hold; None where only time does."""
    return Mend(_OF_HOLD[code]) if code in _OF_HOLD else None
