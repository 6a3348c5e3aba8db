"""Why a rule has said nothing of a visit. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.messaging.kinds import appointment_reminder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepost.messaging.facts import RuleFacts, Visit

REASONS: dict[str, str] = {
    "no_rules": _("There is no rule that reminds of visits. Add one in Messaging, Rules."),
    "no_rule": _("No rule speaks of this visit."),
    "not_for_it": _("It is not for this visit."),
    "no_change": _("It speaks of changes, and there was none to tell."),
    "not_ahead": _("The visit is cancelled or over."),
    "confirmed": _("The visit is confirmed, and the rule leaves confirmed visits alone."),
    "booked_late": _("The visit was booked after the time of its reminder."),
    "rule_later": _("The rule was made after the time of its reminder."),
    "after_visit": _("The rule's time of day lies after the visit."),
    "being_planned": _("Its message is being planned at this moment."),
}


def of_rules(rules: Iterable[RuleFacts], visit: Visit) -> str:
    """Why none of these rules has said anything of a visit: a code of `REASONS`."""
    reminding = [rule for rule in rules if rule.kind == appointment_reminder.NAME]
    if not reminding:
        return "no_rules"
    codes = [of_rule(rule, visit) for rule in reminding]
    # What is about to change, then what a rule said of this very visit, then that none did.
    if "being_planned" in codes:
        return "being_planned"
    return next((code for code in codes if code != "not_for_it"), "no_rule")


def of_rule(rule: RuleFacts, visit: Visit) -> str:
    """Why one rule has not: a code of `REASONS`."""
    if not rule.speaks_of(visit):
        return "not_for_it"
    if rule.when == "change":
        return "no_change"
    unfit = appointment_reminder.unfit(rule, visit.status)
    if unfit:
        return "confirmed" if unfit == "confirmed" else "not_ahead"
    moment = appointment_reminder.moment_of(rule, visit)
    if moment < visit.scheduled_at:
        return "booked_late"
    if moment < rule.since:
        return "rule_later"
    if rule.when == "before" and moment >= visit.starts_at:
        return "after_visit"
    return "being_planned"


def sentence(code: str) -> str:
    """The sentence of a code, in the reader's language."""
    return gettext(REASONS[code])
