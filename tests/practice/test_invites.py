"""Asking people in: who may accept, how often, for how long, and what opens by it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from carepost.practice import access, invites, sign_in
from carepost.practice.audit import SYSTEM, Actor
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry, Invite, Member, Role, User
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_practice

if TYPE_CHECKING:
    from carepost.practice.models import Practice

pytestmark = pytest.mark.django_db

WORDS = "four words of the sea"
ANN = "ann@people.test"


def ask(practice: Practice, email: str = ANN, role: str = Role.FRONT_DESK) -> str:
    """The token of a fresh invite."""
    _row, token = invites.invite(practice.id, SYSTEM, email=email, role=role, now=NOW)
    return token


def accept(token: str, **given: object) -> Member:
    given = {"name": "Ann Field", "password": WORDS} | given
    return invites.accept(token, given.pop("now", NOW), **given)  # type: ignore[arg-type]


def actions(practice: Practice) -> list[str]:
    with acting_for(practice.id):
        return list(AuditEntry.objects.order_by("at", "id").values_list("action", flat=True))


def members(practice: Practice) -> list[str]:
    with acting_for(practice.id):
        return list(Member.objects.values_list("user__email", flat=True))


def test_someone_new_becomes_a_member_with_the_role_and_the_password() -> None:
    practice = make_practice()
    member = accept(ask(practice, role=Role.BILLER))
    assert (member.role, member.name, member.user.email) == ("biller", "Ann Field", ANN)
    assert member.user.check_password(WORDS)
    (held,) = sign_in.memberships(member.user_id)
    assert (held.practice_id, held.role, held.active) == (practice.id, "biller", True)
    assert actions(practice)[-2:] == ["invite.send", "invite.accept"]


def test_a_link_shows_who_asks_and_changes_nothing() -> None:
    practice = make_practice("Northside")
    token = ask(practice)
    for _ in range(2):
        opened = invites.look_up(token, NOW)
        assert opened is not None
        assert (opened.practice_name, opened.email, opened.role) == ("Northside", ANN, "front_desk")
        assert not opened.has_account
    assert ANN not in members(practice)


def test_a_link_is_good_once() -> None:
    practice = make_practice()
    token = ask(practice)
    accept(token)
    assert invites.look_up(token, NOW) is None
    with pytest.raises(NotFound):
        accept(token)


@pytest.mark.parametrize(("days", "good"), [(6.999, True), (7, False), (30, False)])
def test_an_invite_lapses_after_seven_days(days: float, good: bool) -> None:
    token = ask(make_practice())
    then = NOW + timedelta(days=days)
    assert (invites.look_up(token, then) is not None) is good
    if not good:
        with pytest.raises(NotFound):
            accept(token, now=then)


def test_a_revoked_invite_opens_nothing() -> None:
    practice = make_practice()
    row, token = invites.invite(practice.id, SYSTEM, email=ANN, role="biller", now=NOW)
    invites.revoke(practice.id, row.id, SYSTEM, NOW)
    assert invites.look_up(token, NOW) is None
    with pytest.raises(NotFound):
        accept(token)
    with pytest.raises(Conflict):
        invites.revoke(practice.id, row.id, SYSTEM, NOW)
    assert actions(practice)[-1] == "invite.revoke"


def test_sending_again_ends_the_old_link_and_gives_seven_more_days() -> None:
    practice = make_practice()
    row, old = invites.invite(practice.id, SYSTEM, email=ANN, role="biller", now=NOW)
    later = NOW + timedelta(days=8)
    _row, new = invites.resend(practice.id, row.id, SYSTEM, later)
    assert invites.look_up(old, later) is None
    assert invites.look_up(new, later + timedelta(days=6)) is not None
    assert accept(new, now=later).user.email == ANN


def test_one_person_has_one_open_invite_and_a_lapsed_one_makes_room() -> None:
    practice = make_practice()
    old = ask(practice)
    with pytest.raises(Conflict):
        ask(practice, email="ANN@people.test")
    later = NOW + timedelta(days=7)
    invites.invite(practice.id, SYSTEM, email=ANN, role="biller", now=later)
    with acting_for(practice.id):
        assert Invite.objects.filter(revoked_at=None).count() == 1
    assert invites.look_up(old, later) is None


def test_a_member_is_not_asked_again() -> None:
    practice = make_practice()
    accept(ask(practice))
    with pytest.raises(Conflict):
        ask(practice)


def test_one_who_left_comes_back_by_an_invite() -> None:
    practice = make_practice()
    member = accept(ask(practice))
    with acting_for(practice.id):
        Member.objects.filter(id=member.id).update(active=False)
    again = accept(ask(practice, role=Role.PRACTITIONER), user=member.user)
    assert again.id == member.id
    assert (again.active, again.role) == (True, "practitioner")


def test_an_invite_opens_no_account_that_exists() -> None:
    """Otherwise any practice could make itself a password for another's owner."""
    north, south = make_practice(owner_email=ANN), make_practice()
    token = ask(south)
    opened = invites.look_up(token, NOW)
    assert opened is not None
    assert opened.has_account
    with pytest.raises(Refused, match="Sign in"):
        accept(token)
    assert not User.objects.get(email=ANN).check_password(WORDS)
    stranger = User.objects.create(email="stranger@people.test")
    with pytest.raises(Refused, match="another email"):
        accept(token, user=stranger)
    accept(token, user=User.objects.get(email=ANN))
    assert ANN in members(south)
    assert ANN in members(north)


@pytest.mark.parametrize("password", ["", "short", "123456123456", "ann@people.test"])
def test_a_password_that_may_not_be_leaves_the_invite_open(password: str) -> None:
    practice = make_practice()
    token = ask(practice)
    with pytest.raises(Refused):
        accept(token, password=password)
    assert not User.objects.filter(email=ANN).exists()
    assert accept(token).user.email == ANN


@pytest.mark.parametrize(
    "given", [{"email": "nobody"}, {"role": "king"}, {"role": ""}, {"name": "x" * 121}], ids=str
)
def test_nobody_is_asked_in_with_what_cannot_be(given: dict[str, str]) -> None:
    asked = {"email": ANN, "role": "biller", "now": NOW} | given
    with pytest.raises(Refused):
        invites.invite(make_practice().id, SYSTEM, **asked)  # type: ignore[arg-type]


def test_an_invite_of_another_practice_is_out_of_reach() -> None:
    north, south = make_practice(), make_practice()
    row, token = invites.invite(north.id, SYSTEM, email=ANN, role="biller", now=NOW)
    for act in (invites.revoke, invites.resend):
        with pytest.raises(NotFound):
            act(south.id, row.id, SYSTEM, NOW)
    assert invites.look_up(token, NOW) is not None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "0" * 43])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    assert invites.look_up(token, NOW) is None
    assert access.look_up(token, NOW) is None


def test_the_token_is_kept_nowhere() -> None:
    practice = make_practice()
    token = ask(practice)
    with acting_for(practice.id):
        row = Invite.objects.values().get()
        entries = list(AuditEntry.objects.values())
    assert token not in str(row)
    assert token not in str(entries)
    assert ANN not in str(entries)
    assert len(token) >= 40


def test_the_trail_says_who_asked() -> None:
    practice = make_practice()
    with acting_for(practice.id):
        owner = Member.objects.get()
    row, _token = invites.invite(
        practice.id, Actor("member", owner.id), email=ANN, role="biller", now=NOW
    )
    assert row.by_id == owner.id
    with acting_for(practice.id):
        entry = AuditEntry.objects.get(action="invite.send")
    assert (entry.actor_kind, entry.actor_id) == ("member", owner.id)
