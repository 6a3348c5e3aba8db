"""What the demo's practice wants said: its rules, and some wording of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.config.demo.setting import STUDY
from carepost.messaging import rules, templates
from carepost.messaging.models import Rule, Template
from carepost.practice.audit import SYSTEM

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

STUDY_DAYS = 7
_BRING = (
    "Hi {{ client.first_name }}, your sleep study at {{ practice.name }} is on "
    "{{ appointment.date }} at {{ appointment.time }}. Please read this before you come. "
)
_LEAFLET = (
    "No coffee, tea or cola after noon. Wash your hair, and use no oil or spray on it. Bring what "
    "you sleep in, your own pillow if you like, and the tablets you take at night. "
)


def make(practice_id: UUID, begin: datetime, now: datetime) -> bool:
    """Make them, in force since `begin`; says whether they are new. Acting for the practice."""
    if Rule.objects.filter(practice_id=practice_id).exists():
        return False
    for days in (3, 1):
        rules.add_rule(
            practice_id, SYSTEM, kind="appointment_reminder", when="before", days=days, now=begin
        )
    rules.add_rule(
        practice_id, SYSTEM, kind="appointment_reminder", channel="sms", when="before",
        seconds=2 * 3600, skip_if_confirmed=True, now=begin,
    )  # fmt: skip
    rules.add_rule(practice_id, SYSTEM, kind="appointment_notice", when="change", now=begin)
    _too_long(practice_id, now)
    templates.save(
        practice_id, SYSTEM, kind="appointment_reminder", channel="email", language="en",
        subject="Your visit on {{ appointment.date }}",
        body="Dear {{ client.first_name }},\n\nwe look forward to seeing you on "
        "{{ appointment.date }} at {{ appointment.time }}"
        "{% if appointment.place %}, {{ appointment.place }}{% endif %}.\n\n"
        "Please bring your insurance card and a list of what you take. If you cannot come, call "
        "{{ practice.phone }}.\n\n{{ practice.name }}\n",
    )  # fmt: skip
    return True


def _too_long(practice_id: UUID, now: datetime) -> None:
    """A rule into which somebody pasted the whole leaflet: more than a text message holds."""
    rule = rules.add_rule(
        practice_id, SYSTEM, kind="appointment_reminder", channel="sms", when="before",
        days=STUDY_DAYS, types=[STUDY], now=now - timedelta(days=STUDY_DAYS + 3),
    )  # fmt: skip
    Template.objects.create(
        practice_id=practice_id,
        rule_id=rule.id,
        kind="appointment_reminder",
        language="en",
        channel="sms",
        version=1,
        body=_BRING + _LEAFLET * 9,
    )
