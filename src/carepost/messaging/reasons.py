"""Why a message waits, or never left: a code, and a sentence that a receptionist understands."""

from __future__ import annotations

HOLDS: dict[str, str] = {
    "messaging_off": "Messaging is switched off. Switch it on in Messaging, Settings.",
    "no_address": "There is no number or address to reach this person by. Add one.",
    "bad_address": "The carrier said nobody can be reached at this number or address. Correct it.",
    "no_line": "There is no line for this messaging method. Add one in Settings.",
    "line_trouble": "The line it would leave by has a problem. See Settings, Lines.",
    "no_consent": "This person has not agreed to be written to. Ask for their consent.",
    "outside_hours": "There is no moment within this person's hours before it would be too late.",
    "waits_for_hours": "It waits for this person's hours to begin.",
    "retrying": "The carrier did not take it yet; it will be tried again.",
    "no_credit": "The practice's credit does not cover it. Top it up.",
    "wording": "Its wording could not be filled in. Correct the template.",
}

DROPS: dict[str, str] = {
    "visit_cancelled": "The visit was cancelled.",
    "visit_moved": "The visit was moved; another message speaks of its new time.",
    "visit_past": "The visit is over.",
    "confirmed": "The visit is confirmed, and the rule leaves confirmed visits alone.",
    "rule_off": "The rule that made it was switched off or changed.",
    "not_wanted": "No rule asks for it any more.",
    "stopped": "This number or address asked to hear nothing more.",
    "by_staff": "A member of staff cancelled it.",
    "taken_before": "The carrier had taken an earlier attempt after all.",
}


def sentence(code: str) -> str:
    """The sentence of a hold or a drop; empty for an empty code. Raises KeyError for an unknown."""
    return (HOLDS | DROPS)[code] if code else ""
