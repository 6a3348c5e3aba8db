"""Rules as sentences."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
from django.utils import translation

from carepost.messaging.facts import RuleFacts
from carepost.messaging.sayings import Names, rule_sentence

CHECKUP, SHAW, MAIN = uuid4(), uuid4(), uuid4()
NAMES = Names({CHECKUP: "Check-up"}, {SHAW: "Dr Shaw"}, {MAIN: "Main Street"})


def rule(**fields: object) -> RuleFacts:
    values: dict[str, object] = {
        "id": uuid4(),
        "kind": "appointment_reminder",
        "channel": "sms",
        "when": "before",
        "days": 0,
        "seconds": 0,
        "at_time": None,
        "types": frozenset(),
        "practitioners": frozenset(),
        "places": frozenset(),
        "skip_if_confirmed": False,
        "since": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return RuleFacts(**values | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"days": 1}, "SMS, 1 day before, for every visit"),
        ({"days": 2, "seconds": 7200}, "SMS, 2 days and 2 hours before, for every visit"),
        (
            {"days": 1, "at_time": time(9), "channel": ""},
            "Assigned method, 1 day before at 9:00 AM, for every visit",
        ),
        (
            {"when": "before", "at_time": time(8, 30)},
            "SMS, on the day itself at 8:30 AM, for every visit",
        ),
        (
            {"when": "after", "days": 3, "channel": "email"},
            "Email, 3 days after the visit began, for every visit",
        ),
        (
            {"kind": "appointment_notice", "when": "change", "seconds": 180},
            "SMS, 3 minutes after a visit is booked, moved or cancelled, for every visit",
        ),
        (
            {
                "days": 1,
                "types": frozenset({CHECKUP, uuid4()}),
                "practitioners": frozenset({SHAW}),
                "places": frozenset({MAIN}),
                "skip_if_confirmed": True,
            },
            "SMS, 1 day before, for Check-up or one that is gone, with Dr Shaw, at Main Street,"
            " unless it is confirmed",
        ),
    ],
)
def test_a_rule_is_a_sentence(fields: dict[str, object], sentence: str) -> None:
    with translation.override("en"):
        assert rule_sentence(rule(**fields), NAMES) == sentence
