"""The pages behind links: an invite, a first password, access restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carepost.ground import clock
from carepost.practice import access, invites
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Role, User
from tests.builders import make_practice
from tests.web.signin.staff import PASSWORD, is_in, make_browser, make_member, signed_in, trail
from tests.web.signin.test_second_factor import set_up_app

if TYPE_CHECKING:
    from carepost.practice.models import Practice

pytestmark = pytest.mark.django_db

ANN = "ann@people.test"


def link_to(practice: Practice, email: str = ANN, role: str = Role.FRONT_DESK) -> str:
    _row, token = invites.invite(practice.id, SYSTEM, email=email, role=role, now=clock.now())
    return f"/sign-in/invite/{token}"


def test_someone_new_accepts_and_is_in() -> None:
    practice = make_practice("Northside")
    link, browser = link_to(practice), make_browser()
    page = browser.get(link).content.decode()
    assert "Northside invites you" in page
    assert ANN in page
    assert "Front desk" in page
    answer = browser.post(link, {"name": "Ann Field", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert "Northside" in browser.get("/").content.decode()
    assert trail(practice, "sign_in")[0]["detail"]["ways"] == ["password"]


def test_looking_at_an_invite_accepts_nothing() -> None:
    link = link_to(make_practice())
    for _ in range(3):
        assert make_browser().get(link).status_code == 200
        assert make_browser().head(link).status_code == 200
    assert not User.objects.filter(email=ANN).exists()


def test_a_new_owner_sets_up_a_second_step_first() -> None:
    link, browser = link_to(make_practice(), role=Role.OWNER), make_browser()
    browser.post(link, {"name": "Ann Field", "password": PASSWORD})
    assert browser.get("/").headers["Location"] == "/sign-in/protect"
    set_up_app(browser)
    assert is_in(browser)


def test_a_used_link_says_so() -> None:
    link = link_to(make_practice())
    make_browser().post(link, {"name": "Ann Field", "password": PASSWORD})
    answer = make_browser().get(link)
    assert answer.status_code == 404
    assert "no longer good" in answer.content.decode()
    again = make_browser().post(link, {"name": "Bob", "password": PASSWORD})
    assert again.status_code == 404


def test_what_is_wrong_stands_at_its_field() -> None:
    link, browser = link_to(make_practice()), make_browser()
    page = browser.post(link, {"name": "", "password": "short"}).content.decode()
    assert "This field is required" in page
    page = browser.post(link, {"name": "Ann", "password": "short"}).content.decode()
    assert "too short" in page
    assert not User.objects.filter(email=ANN).exists()


def test_who_has_an_account_signs_in_and_accepts() -> None:
    north, south = make_practice("North"), make_practice("South")
    user = make_member(north)
    link = link_to(south, user.email)
    page = make_browser().get(link).content.decode()
    assert 'name="password"' not in page
    assert f"/sign-in/?next={link}" in page
    make_browser().post(link, {"name": "X", "password": PASSWORD})  # opens nothing by itself
    browser = signed_in(user)
    answer = browser.post(link, {"name": "Rosa Weiss"})
    assert answer.headers["Location"] == "/"
    assert "South" in browser.get("/").content.decode()


def test_an_invite_for_someone_else_is_not_accepted_by_who_sits_here() -> None:
    practice = make_practice()
    browser = signed_in(make_member(practice))
    link = link_to(practice)
    assert "is for someone else" in browser.get(link).content.decode()
    browser.post(link, {"name": "Ann Field", "password": PASSWORD})
    assert not User.objects.filter(email=ANN).exists()


def test_a_first_link_sets_a_password_and_opens() -> None:
    make_practice(owner_email=ANN, mfa_required="nobody")
    link = f"/sign-in/link/{access.first_link(ANN, clock.now())}"
    browser = make_browser()
    assert ANN in browser.get(link).content.decode()
    assert browser.post(link, {"password": PASSWORD}).headers["Location"] == "/"
    assert is_in(browser)
    assert make_browser().get(link).status_code == 404


def test_restoring_takes_the_factor_away_ends_all_sessions_and_asks_for_a_new_factor() -> None:
    practice = make_practice()
    user = make_member(practice, role=Role.OWNER)
    old = signed_in(user)
    set_up_app(old)
    assert is_in(old)
    link = f"/sign-in/link/{access.restore_link(user.email, clock.now())}"
    browser = make_browser()
    assert "signed out everywhere" in browser.get(link).content.decode()
    browser.post(link, {"password": "five words of the sea"})
    assert not is_in(old)
    assert browser.get("/").headers["Location"] == "/sign-in/protect"
    set_up_app(browser)
    assert is_in(browser)
