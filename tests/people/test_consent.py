"""Consent given and withdrawn; addresses that stopped, and asked to hear again."""

from __future__ import annotations

from uuid import uuid4

import pytest

from carepost.people import consent
from carepost.people.models import Consent, Stop
from carepost.practice.audit import Actor
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import AuditEntry, Replan
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_client, make_practice

pytestmark = pytest.mark.usefixtures("db")
CLERK = Actor("member", uuid4())
PHONE = "+12125550123"


def touched(practice: object) -> set[object]:
    """Whom the planner is to look at; asked, it is forgotten."""
    with acting_for(practice.id):
        clients = set(Replan.objects.values_list("subject_id", flat=True))
        Replan.objects.all().delete()
    return clients


def in_force(practice: object) -> list[tuple[str, list[str]]]:
    with acting_for(practice.id):
        rows = Stop.objects.filter(lifted_at=None).order_by("address", "kinds")
        return [(row.address, row.kinds) for row in rows]


def test_a_consent_is_kept_with_its_evidence() -> None:
    practice = make_practice()
    client = make_client(practice)
    touched(practice)
    consent.give(
        practice.id,
        client.id,
        CLERK,
        channel="sms",
        address="(212) 555-0123",
        kinds=["b", "a", "b"],
        how="spoken",
        words="May we text you?\nYes.",
        now=NOW,
    )
    with acting_for(practice.id):
        kept = Consent.objects.get()
    assert (kept.client_id, kept.address, kept.given, kept.kinds) == (
        client.id,
        PHONE,
        True,
        ["a", "b"],
    )
    assert (kept.how, kept.words, kept.at) == ("spoken", "May we text you?\nYes.", NOW)
    assert (kept.by_kind, kept.by_id) == ("member", CLERK.id)
    assert touched(practice) == {client.id}


def test_a_withdrawal_is_another_row_and_rewrites_none() -> None:
    practice = make_practice()
    client = make_client(practice)
    for act in (consent.give, consent.withdraw):
        act(practice.id, client.id, CLERK, channel="sms", address=PHONE, how="paper")
    with acting_for(practice.id):
        assert list(Consent.objects.order_by("at").values_list("given", flat=True)) == [True, False]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"address": "12"}, "address"),
        ({"channel": "email"}, "address"),
        ({"how": ""}, "how"),
        ({"kinds": "appointment_reminder"}, "kinds"),
        ({"kinds": [""]}, "kinds"),
        ({"kinds": [None]}, "kinds"),
        ({"words": "\0"}, "words"),
    ],
)
def test_bad_input_keeps_nothing(bad: dict[str, object], field: str) -> None:
    practice = make_practice()
    client = make_client(practice)
    asked = {"channel": "sms", "address": PHONE, "how": "api"} | bad
    with pytest.raises(Refused) as refused:
        consent.give(practice.id, client.id, CLERK, **asked)
    assert refused.value.field == field
    if "words" not in bad:
        with pytest.raises(Refused):
            consent.stop(practice.id, CLERK, **asked)
    with acting_for(practice.id):
        assert not Consent.objects.exists()
        assert not Stop.objects.exists()


def test_another_practices_client_is_not_found() -> None:
    client = make_client(make_practice())
    with pytest.raises(NotFound):
        consent.give(make_practice().id, client.id, CLERK, channel="sms", address=PHONE, how="api")


class TestStop:
    def stop(self, practice: object, *kinds: str, address: str = PHONE) -> Stop:
        return consent.stop(
            practice.id, CLERK, channel="sms", address=address, kinds=kinds, how="reply", now=NOW
        )

    def lift(self, practice: object, *kinds: str) -> int:
        return consent.lift(
            practice.id, CLERK, channel="sms", address=PHONE, kinds=kinds, how="reply"
        )

    def test_it_touches_every_client_who_has_the_address_and_no_other(self) -> None:
        practice = make_practice()
        sharing = {make_client(practice, phone=PHONE).id for _ in range(2)}
        make_client(practice)
        other = make_practice()
        make_client(other, phone=PHONE)
        touched(practice), touched(other)
        self.stop(practice, address="212-555-0123")
        assert touched(practice) == sharing
        assert touched(other) == set()
        assert in_force(practice) == [(PHONE, [])]
        assert in_force(other) == []

    def test_a_second_one_that_the_first_covers_is_the_first(self) -> None:
        practice = make_practice()
        first = self.stop(practice)
        assert self.stop(practice).id == first.id
        assert self.stop(practice, "billing_reminder").id == first.id
        with acting_for(practice.id):
            assert AuditEntry.objects.filter(action="stop.make").count() == 1

    def test_one_of_all_kinds_is_added_to_one_of_some(self) -> None:
        practice = make_practice()
        self.stop(practice, "a", "b")
        self.stop(practice, "a")
        self.stop(practice)
        assert in_force(practice) == [(PHONE, []), (PHONE, ["a", "b"])]

    def test_another_channel_is_another_stop(self) -> None:
        practice = make_practice()
        self.stop(practice)
        consent.stop(practice.id, CLERK, channel="voice", address=PHONE, how="reply")
        assert len(in_force(practice)) == 2

    def test_lifting_lets_everything_through_again_and_keeps_the_row(self) -> None:
        practice = make_practice()
        client = make_client(practice, phone=PHONE)
        self.stop(practice)
        self.stop(practice, "a")
        touched(practice)
        assert self.lift(practice) == 1
        assert touched(practice) == {client.id}
        assert in_force(practice) == []
        with acting_for(practice.id):
            assert Stop.objects.get().at == NOW
        assert self.lift(practice) == 0

    def test_some_kinds_are_let_through_and_the_others_stay_stopped(self) -> None:
        practice = make_practice()
        self.stop(practice, "a", "b", "c")
        assert self.lift(practice, "a", "z") == 1
        assert in_force(practice) == [(PHONE, ["b", "c"])]

    def test_a_stop_of_all_is_not_lifted_for_some(self) -> None:
        practice = make_practice()
        self.stop(practice)
        with pytest.raises(Refused):
            self.lift(practice, "a")
        assert in_force(practice) == [(PHONE, [])]
