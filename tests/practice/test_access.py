"""Links that the server hands out: for a first password, and for who lost the second factor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from carepost.practice import access
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AccessLink, AuditEntry, Practice, User
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_practice

pytestmark = pytest.mark.django_db

WORDS = "four words of the sea"
OWNER = "owner@practice.test"


def owner_of(*practices: Practice) -> User:
    """The owner, with a password and an authenticator app."""
    user = User.objects.get(email=OWNER)
    user.set_password("three words of the sea")
    user.save()
    Authenticator.objects.create(user=user, type="totp", data={"secret": ""})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": ""})
    return user


def actions(practice: Practice) -> list[tuple[str, str]]:
    with acting_for(practice.id):
        rows = AuditEntry.objects.filter(action__startswith="access.").order_by("at", "id")
        return list(rows.values_list("action", "actor_kind"))


def test_a_first_link_sets_the_password() -> None:
    practice = make_practice(owner_email=OWNER)
    token = access.first_link("OWNER@practice.test", NOW)
    link = access.look_up(token, NOW)
    assert link is not None
    assert (link.user.email, link.restores) == (OWNER, False)
    assert access.use(token, WORDS, NOW).check_password(WORDS)
    assert actions(practice) == [("access.first_password", "member")]


def test_who_has_a_password_gets_no_first_link() -> None:
    make_practice(owner_email=OWNER)
    owner_of()
    with pytest.raises(Conflict):
        access.first_link(OWNER, NOW)


def test_restoring_changes_nothing_until_the_link_is_used() -> None:
    north, south = make_practice(owner_email=OWNER), make_practice(owner_email=OWNER)
    user = owner_of()
    token = access.restore_link(OWNER, NOW)
    for practice in (north, south):
        assert actions(practice) == [("access.restore_link", "system")]
    assert Authenticator.objects.filter(user=user).count() == 2
    access.use(token, WORDS, NOW)
    assert not Authenticator.objects.filter(user=user).exists()
    user.refresh_from_db()
    assert user.check_password(WORDS)
    for practice in (north, south):
        assert actions(practice)[-1] == ("access.restore", "member")


def test_restoring_takes_nothing_from_others() -> None:
    make_practice(owner_email=OWNER)
    other = User.objects.create(email="other@practice.test")
    Authenticator.objects.create(user=other, type="totp", data={"secret": ""})
    access.use(access.restore_link(OWNER, NOW), WORDS, NOW)
    assert Authenticator.objects.filter(user=other).exists()


@pytest.mark.parametrize(("minutes", "good"), [(29.9, True), (30, False)])
def test_a_restoring_link_is_good_for_half_an_hour(minutes: float, good: bool) -> None:
    make_practice(owner_email=OWNER)
    token = access.restore_link(OWNER, NOW)
    then = NOW + timedelta(minutes=minutes)
    assert (access.look_up(token, then) is not None) is good
    if not good:
        with pytest.raises(NotFound):
            access.use(token, WORDS, then)


def test_a_link_is_good_once_and_a_newer_one_ends_it() -> None:
    make_practice(owner_email=OWNER)
    old = access.restore_link(OWNER, NOW)
    new = access.restore_link(OWNER, NOW)
    assert access.look_up(old, NOW) is None
    access.use(new, WORDS, NOW)
    with pytest.raises(NotFound):
        access.use(new, WORDS, NOW)


def test_a_password_that_may_not_be_leaves_the_link_good() -> None:
    make_practice(owner_email=OWNER)
    token = access.restore_link(OWNER, NOW)
    with pytest.raises(Refused):
        access.use(token, "short", NOW)
    assert access.look_up(token, NOW) is not None


def test_nobody_is_restored_who_is_not_there() -> None:
    with pytest.raises(NotFound):
        access.restore_link("nobody@practice.test", NOW)


def test_the_token_is_kept_nowhere() -> None:
    make_practice(owner_email=OWNER)
    token = access.first_link(OWNER, NOW)
    assert token not in str(AccessLink.objects.values().get())
