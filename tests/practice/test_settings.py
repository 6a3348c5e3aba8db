"""A practice's settings: all of a change or nothing of it."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from carepost.practice.audit import Actor
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.settings import change
from carepost.practice.tenancy import acting_for
from tests.builders import make_practice, practice_of

pytestmark = pytest.mark.usefixtures("db")
MEMBER = Actor("member", None)


def test_settings_are_changed_kept_and_planned_for() -> None:
    practice = make_practice()
    change(
        practice.id,
        MEMBER,
        messaging_enabled=True,
        opt_in_required=True,
        quiet_hours=(time(20), time(9)),
        name="Southside",
        phone="(212) 555-0123",
        email="Front@Southside.test",
        timezone="Pacific/Chatham",
        language="es",
        date_order="DMY",
    )
    now = practice_of(practice.id)
    assert now.messaging_enabled
    assert now.opt_in_required
    assert (now.quiet_from, now.quiet_to) == (time(20), time(9))
    assert (now.name, now.phone, now.email) == (
        "Southside",
        "+12125550123",
        "front@southside.test",
    )
    assert (now.timezone, now.language, now.date_order) == ("Pacific/Chatham", "es", "DMY")
    with acting_for(practice.id):
        assert Replan.objects.filter(subject_kind="practice", subject_id=practice.id).count() == 1


def test_no_quiet_hours_at_all_is_a_choice_that_the_audit_trail_keeps() -> None:
    practice = make_practice()
    change(practice.id, MEMBER, quiet_hours=None)
    assert practice_of(practice.id).quiet_from is None
    with acting_for(practice.id):
        entry = AuditEntry.objects.get(action="settings.change")
        assert entry.detail["quiet_hours"] is None
        assert entry.actor_kind == "member"


def test_whose_clients_practitioners_see_is_audited_and_plans_nothing_anew() -> None:
    practice = make_practice()
    assert practice.own_clients_only is False
    change(practice.id, MEMBER, own_clients_only=True)
    assert practice_of(practice.id).own_clients_only is True
    with acting_for(practice.id):
        entry = AuditEntry.objects.get(action="settings.change")
        assert entry.detail == {"fields": ["own_clients_only"], "own_clients_only": True}
        assert not Replan.objects.exists()


def test_a_number_is_read_by_the_country_given_beside_it() -> None:
    practice = make_practice()
    change(practice.id, MEMBER, phone="020 7946 0018", country="GB")
    assert practice_of(practice.id).phone == "+442079460018"


def test_the_same_again_writes_nothing() -> None:
    practice = make_practice()
    change(practice.id, MEMBER, name=practice.name, messaging_enabled=False)
    with acting_for(practice.id):
        assert not AuditEntry.objects.filter(action="settings.change").exists()
        assert not Replan.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"messaging_enabled": 1},
        {"opt_in_required": "yes"},
        {"own_clients_only": "yes"},
        {"own_clients_only": None},
        {"quiet_hours": (time(8), time(8))},
        {"quiet_hours": (time(8), None)},
        {"quiet_hours": "21-8"},
        {"name": ""},
        {"name": None},
        {"phone": "555"},
        {"phone": "+1 212 555 0123 ext. 4"},
        {"email": "front desk"},
        {"timezone": "EST5EDT4"},
        {"timezone": None},
        {"country": "us"},
        {"language": "EN"},
        {"date_order": "MYD"},
        {"sealed_key": b""},
        {"id": None},
    ],
)
def test_one_bad_setting_changes_none(bad: dict[str, Any]) -> None:
    practice = make_practice()
    with pytest.raises(Refused) as refused:
        change(practice.id, MEMBER, **{"opt_in_required": True, "date_order": "YMD"} | bad)
    assert refused.value.field == next(iter(bad))
    assert vars(practice_of(practice.id)) | {"_state": 0} == vars(practice) | {"_state": 0}


def test_a_practice_that_is_not_there_is_not_found() -> None:
    from uuid import uuid4

    with pytest.raises(NotFound):
        change(uuid4(), MEMBER, name="x")
