"""An update of tzdata moves instants, once, and never a local time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from carepost.appointments.models import Appointment
from carepost.config.zones import FILE, renew_instants
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_appointment, make_practice

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_new_zone_rules_move_instants_and_keep_local_times(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = make_practice()
    visit = make_appointment(practice)
    with acting_for(practice.id):
        # As it was stored under rules that have changed since.
        Appointment.objects.update(
            starts_at=visit.starts_at - timedelta(hours=1),
            ends_at=visit.ends_at - timedelta(hours=1),
        )
    monkeypatch.setattr("carepost.config.zones.practices", lambda: [practice.id])

    assert renew_instants(tmp_path, NOW) == 1

    with acting_for(practice.id):
        renewed = Appointment.objects.get()
    assert (renewed.starts_at, renewed.local_time) == (visit.starts_at, visit.local_time)
    assert (tmp_path / FILE).exists()
    assert renew_instants(tmp_path, NOW) == 0
