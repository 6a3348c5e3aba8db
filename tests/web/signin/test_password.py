"""Signing in by password: what opens, what is said, what is counted."""

from __future__ import annotations

import pytest
from django.core import mail

from carepost.practice.models import User
from carepost.web.signin import post
from tests.builders import make_practice
from tests.web.signin.staff import (
    PASSWORD,
    is_in,
    make_browser,
    make_member,
    sign_in,
    signed_in,
    trail,
)

pytestmark = pytest.mark.django_db


def test_the_right_password_opens_the_first_page() -> None:
    user = make_member(make_practice())
    browser = make_browser()
    assert not is_in(browser)
    answer = sign_in(browser, user)
    assert answer.headers["Location"] == "/"
    assert is_in(browser)


def test_the_address_may_be_written_in_capitals() -> None:
    make_member(make_practice(), email="ann@practice.test")
    answer = make_browser().post("/sign-in/", {"login": "ANN@Practice.test", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    user = make_member(make_practice())
    wrong = sign_in(make_browser(), user, "three words of the sea")
    unknown = sign_in(make_browser(), User(email="nobody@practice.test"), "three words of the sea")
    assert wrong.status_code == unknown.status_code == 200
    said = [
        answer.content.decode().replace(user.email, "").replace("nobody@practice.test", "")
        for answer in (wrong, unknown)
    ]
    without_token = [s.split("csrfmiddlewaretoken")[0] for s in said]
    assert without_token[0] == without_token[1]
    assert "do not belong together" in said[0]
    assert "do not belong together" in said[1]


def test_a_member_without_a_password_cannot_come_in_by_an_empty_one() -> None:
    user = make_member(make_practice())
    User.objects.filter(pk=user.pk).update(password="")
    assert sign_in(make_browser(), user, "").status_code == 200
    assert sign_in(make_browser(), user, " ").status_code == 200


def test_tries_from_one_place_end_after_five() -> None:
    user = make_member(make_practice())
    browser = make_browser()
    for _ in range(5):
        sign_in(browser, user, "wrong")
    said = sign_in(browser, user).content.decode()
    assert "tried too often" in said
    assert not is_in(browser)


def test_wrong_passwords_elsewhere_lock_nobody_out() -> None:
    user = make_member(make_practice())
    for _ in range(6):
        sign_in(make_browser("198.51.100.7"), user, "wrong")
    assert is_in(signed_in(user, "192.0.2.1"))


def test_one_place_cannot_try_many_accounts() -> None:
    user = make_member(make_practice())
    for n in range(20):
        sign_in(make_browser("198.51.100.7"), User(email=f"someone{n}@practice.test"), "wrong")
    assert "tried too often" in sign_in(make_browser("198.51.100.7"), user).content.decode()
    assert is_in(signed_in(user, "192.0.2.1"))


def test_signing_in_renews_the_sessions_key() -> None:
    user = make_member(make_practice())
    browser = make_browser()
    session = browser.session
    session["planted"] = "by a stranger"
    session.save()
    before = session.session_key
    sign_in(browser, user)
    assert browser.session.session_key != before


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    browser = signed_in(make_member(make_practice()))
    cookie = browser.cookies["carepost_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_each_practice_is_told_of_a_sign_in_and_of_a_failure() -> None:
    north, south = make_practice("North"), make_practice("South")
    user = make_member(north, south)
    sign_in(make_browser("198.51.100.7"), user, "wrong")
    signed_in(user)
    for practice in (north, south):
        (failed,) = trail(practice, "sign_in.fail")
        assert failed["actor_kind"] == "nobody"
        assert failed["detail"] == {"way": "password", "ip": "198.51.100.7"}
        (came,) = trail(practice, "sign_in")
        assert came["actor_kind"] == "member"
        assert came["detail"] == {"ways": ["password"], "ip": "192.0.2.1"}


def test_signing_out_ends_it_and_is_written_down() -> None:
    practice = make_practice()
    browser = signed_in(make_member(practice))
    browser.get("/sign-in/out")
    assert is_in(browser)  # a link that is followed changes nothing
    browser.post("/sign-in/out")
    assert not is_in(browser)
    assert len(trail(practice, "sign_out")) == 1


def test_nobody_signs_up() -> None:
    for path in ("/sign-in/signup", "/sign-in/signup/", "/accounts/signup/"):
        assert make_browser().get(path).status_code == 404


def test_a_forged_form_is_turned_away() -> None:
    user = make_member(make_practice())
    browser = make_browser()
    browser.handler.enforce_csrf_checks = True
    answer = sign_in(browser, user)
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


def test_a_page_elsewhere_is_not_gone_to_after_signing_in() -> None:
    user = make_member(make_practice())
    answer = make_browser().post(
        "/sign-in/?next=https://evil.test/",
        {"login": user.email, "password": PASSWORD, "next": "https://evil.test/"},
    )
    assert answer.headers["Location"] == "/"


def _letters(settings: object) -> None:
    settings.CAREPOST_SENDS_LETTERS = True  # type: ignore[attr-defined]
    post.send_later(post.account_changed("wait@practice.test", "")).result(5)
    mail.outbox.clear()


def test_a_lost_password_is_replaced_by_a_letter(settings: object) -> None:
    _letters(settings)
    practice = make_practice()
    user = make_member(practice)
    elsewhere = signed_in(user)
    browser = make_browser()
    browser.post("/sign-in/forgot", {"email": user.email}, HTTP_HOST="evil.test")
    letter = _next_letter(user.email)
    assert letter.subject == "Choose a new password for Carepost"
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    assert link.startswith("http://localhost:8000/sign-in/forgot/")  # whatever Host was named
    page = browser.get(link.removeprefix("http://localhost:8000"), follow=True)
    assert page.status_code == 200
    where = page.redirect_chain[-1][0]
    new = {"password1": "five words of the sea", "password2": "five words of the sea"}
    assert browser.post(where, new).status_code == 302
    assert not is_in(elsewhere)
    assert is_in(_in_with(user, "five words of the sea"))
    assert len(trail(practice, "password.reset")) == 1
    assert "no longer good" in browser.get(link, follow=True).content.decode()


def _in_with(user: User, password: str) -> object:
    browser = make_browser("192.0.2.99")
    sign_in(browser, user, password)
    return browser


def _next_letter(to: str) -> mail.EmailMessage:
    post.send_later(post.account_changed("wait@practice.test", "")).result(5)
    return next(letter for letter in mail.outbox if letter.to == [to])


def test_asking_for_a_letter_tells_nobody_whether_there_is_an_account(settings: object) -> None:
    _letters(settings)
    user = make_member(make_practice())
    answers = [
        make_browser().post("/sign-in/forgot", {"email": email})
        for email in (user.email, "nobody@practice.test")
    ]
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {
        (302, "/sign-in/forgot/sent")
    }
    _next_letter(user.email)
    assert {to for letter in mail.outbox for to in letter.to} == {
        user.email,
        "wait@practice.test",
    }


@pytest.mark.parametrize(
    "password",
    [
        "short words",
        "123456qwerty",
        "123456789012",
        "qwertyuiop[]",
        "passwordpassword",
        "MonkeyDragon2026!",
        "aaaaaaaaaaaaaaaa",
        "ann.field@practice",
    ],
)
def test_a_password_that_may_not_be_is_refused(password: str) -> None:
    user = make_member(make_practice(), email="ann.field@practice.test")
    browser = signed_in(user)
    given = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert browser.post("/sign-in/password", given).status_code == 200
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_changing_the_password_ends_other_sessions_and_keeps_this_one() -> None:
    practice = make_practice()
    user = make_member(practice)
    other, browser = signed_in(user), signed_in(user)
    new = "five words of the sea"
    browser.post("/sign-in/password", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(browser)
    assert not is_in(other)
    assert len(trail(practice, "password.change")) == 1


def test_a_change_of_the_password_is_told_by_letter(settings: object) -> None:
    _letters(settings)
    user = make_member(make_practice())
    new = "five words of the sea"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    signed_in(user).post("/sign-in/password", given)
    letter = _next_letter(user.email)
    assert "The password was changed." in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_where_no_mail_server_is_set_up_nothing_is_sent() -> None:
    assert post.send_later(post.password_reset("ann@people.test", "x")).result(5) is False
    assert mail.outbox == []


def test_a_practices_name_makes_no_header() -> None:
    letter = post.invited("ann@people.test", "North\nBcc: all@people.test", "link")
    assert letter.message()["Subject"] == "North Bcc: all@people.test invites you to Carepost"
    assert letter.message()["Bcc"] is None
