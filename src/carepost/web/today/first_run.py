"""The first-run list: what a new practice does once, in order, until all of it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.web.signin.standing import FACTORS

if TYPE_CHECKING:
    from django.http import HttpRequest

    from carepost.web.visitor import Visitor

_DONE = """
SELECT EXISTS (SELECT 1 FROM messaging_practiceline u JOIN messaging_line l ON l.id = u.line_id
               WHERE u.practice_id = %(practice)s AND l.active),
       EXISTS (SELECT 1 FROM appointments_appointment WHERE practice_id = %(practice)s),
       EXISTS (SELECT 1 FROM messaging_rule WHERE practice_id = %(practice)s AND active),
       EXISTS (SELECT 1 FROM messaging_message
               WHERE practice_id = %(practice)s AND client_id IS NULL  -- by an index: few are
                 AND kind = 'test_message'),
       EXISTS (SELECT 1 FROM mfa_authenticator
               WHERE user_id = %(user)s AND type = ANY(%(factors)s))
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `word` says it, `text` why, `href` leads there."""

    word: str
    text: str
    href: str
    done: bool


def steps(request: HttpRequest, visitor: Visitor) -> list[Step]:
    """All steps, or none where they are done or the visitor may not do them."""
    if not visitor.may("settings:write"):
        return []
    practice = visitor.practice
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "practice": practice.id,
            "user": visitor.user.id,
            "factors": list(FACTORS),
        }
        cursor.execute(_DONE, given)
        line, visit, rule, test, factor = cursor.fetchone()
    safe = practice.mfa_required == "nobody" or factor
    phones = getattr(settings, "CAREPOST_TEST_PHONES", "")
    real = _("Your Twilio account, or your mail server.")
    carrier = _("Test phones stand in for carriers here.") if phones else real
    found = [
        Step(_("Name the practice and its time zone"), _("Messages speak of both."),
             reverse("settings:practice"), bool(practice.phone)),
        Step(_("Make signing in safe"), _("A passkey or a second factor for owners."),
             reverse("mfa_index"), safe),
        Step(_("Add a line to send by"), carrier, reverse("messaging:settings"), line),
        Step(_("Bring your calendar"), _("Import a file, or book a first visit."),
             reverse("imports:list"), visit),
        Step(_("Say what goes by itself"), _("Reminders 3 days and 1 day before, and notices."),
             reverse("rules:list"), rule),
        Step(_("Turn messaging on"), _("Nothing leaves before."), reverse("messaging:settings"),
             practice.messaging_enabled),
        Step(_("Send yourself a test"), _("See what clients will see."),
             reverse("messaging:settings") + "#try", test),
    ]  # fmt: skip
    return [] if all(step.done for step in found) else found
