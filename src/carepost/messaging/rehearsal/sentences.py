"""Why a proposal touches a message, in sentences that a receptionist understands."""

from __future__ import annotations

from carepost.messaging.reasons import DROPS, HOLDS

HELD = HOLDS | DROPS | {"too_late": "Its time would have passed."}
"""Why a message does not go, by code."""

WHY: dict[str, str] = {
    "new_rule": "The new rule asks for it.",
    "changed_rule": "The changed rule asks for it.",
    "rule_off": "The rule that asks for it would be off.",
    "not_for_visit": "The changed rule would not be for this visit.",
    "time_passed": "By the changed rule its time has passed already.",
    "gives_way": "It would give way to another message about the same visit.",
    "gives_way_no_more": "No other message about the same visit would take its place.",
    "rule_time": "The rule would send it at another time.",
    "other_rule": "Another message about the same visit would change its time.",
    "hours": "It would move with the hours in which this person may be written to.",
    "new_words": "Its words would change.",
    "new_language": "It would speak another language.",
}
_CHANNEL = "The rule would send it by another messaging method."
RELEASED: dict[str, str] = {
    "messaging_off": "Messaging would be switched on.",
    "no_consent": "Consent would not have to be asked for first.",
    "outside_hours": "There would be a moment within this person's hours.",
    "no_address": "There is a number or address for the other messaging method.",
    "bad_address": "There is a good number or address for the other messaging method.",
    "no_line": "There would be a line to send it by.",
    "stopped": "They asked to hear nothing more by the former messaging method only.",
}


def sentence(change: str, why: str) -> str:
    """The sentence of a code, for the change it is about."""
    if change == "held":
        return HELD.get(why, "")
    if change == "released":
        return RELEASED.get(why, "Nothing would hold it any more.")
    if change == "channel":
        return _CHANNEL
    return WHY[why]
