"""The preview of a rule's words, as one types."""

from __future__ import annotations

import pytest

from tests.builders import make_appointment, make_practice
from tests.web.desk import browser_of, in_days

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["appointment_reminder", "appointment_notice"])
@pytest.mark.parametrize("channel", ["", "sms", "email"])
def test_a_rule_without_words_of_its_own_shows_the_usual_ones(kind: str, channel: str) -> None:
    practice = make_practice()
    make_appointment(practice, at=in_days(3))

    answer = browser_of(practice).post("/rules/preview", {"kind": kind, "channel": channel})

    assert answer.status_code == 200
    assert "Northside Family Care" in answer.content.decode()


def test_a_kind_that_there_is_not_shows_no_words() -> None:
    answer = browser_of(make_practice()).post("/rules/preview", {"kind": "nonsense"})

    assert answer.status_code == 200
