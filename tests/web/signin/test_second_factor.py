"""Second factors: setting one up, being asked for it, and practices that demand one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

from carepost.ground import clock
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Role
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

if TYPE_CHECKING:
    from django.test import Client as Browser

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    _before, now, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


def set_up_app(browser: Browser) -> str:
    """Set an authenticator app up; gives its secret."""
    page = browser.get("/sign-in/steps/totp/activate/").content.decode()
    found = re.search(r'class="secret">(\w+)<', page)
    assert found, page
    answer = browser.post("/sign-in/steps/totp/activate/", {"code": code_of(found[1])})
    assert answer.headers["Location"] == "/sign-in/steps/recovery-codes/"
    return found[1]


def codes_of(browser: Browser) -> list[str]:
    page = browser.get("/sign-in/steps/recovery-codes/").content.decode()
    return re.findall(r"<code>(\d+)</code>", page)


def test_an_app_is_set_up_and_then_asked_for(
    django_capture_on_commit_callbacks: Any,
) -> None:
    practice = make_practice()
    user = make_member(practice)
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up_app(signed_in(user))
    browser = make_browser()
    assert sign_in(browser, user).headers["Location"] == "/sign-in/steps/authenticate/"
    assert not is_in(browser)
    wrong = browser.post("/sign-in/steps/authenticate/", {"code": "000000"})
    assert "not right" in wrong.content.decode()
    assert not is_in(browser)
    browser.post("/sign-in/steps/authenticate/", {"code": code_of(secret)})
    assert is_in(browser)
    added = {row["detail"]["type"] for row in trail(practice, "factor.add")}
    assert added == {"totp", "recovery_codes"}
    assert trail(practice, "sign_in")[-1]["detail"]["ways"] == ["password", "totp"]
    assert trail(practice, "sign_in.fail")[0]["detail"]["way"] == "totp"


def test_a_code_is_good_once() -> None:
    user = make_member(make_practice())
    secret = set_up_app(signed_in(user))
    code = code_of(secret)
    first, second = make_browser(), make_browser()
    for browser in (first, second):
        sign_in(browser, user)
        browser.post("/sign-in/steps/authenticate/", {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_setting_one_up_long_after_signing_in_asks_for_the_password_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = signed_in(make_member(make_practice()))
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    asked = browser.get("/sign-in/steps/totp/activate/").headers["Location"]
    assert asked.startswith("/sign-in/again?next=")
    assert "Is it you?" in browser.get(asked).content.decode()
    assert browser.post(asked, {"password": "wrong"}).status_code == 200
    answer = browser.post(asked, {"password": PASSWORD, "next": "/sign-in/steps/totp/activate/"})
    assert answer.headers["Location"] == "/sign-in/steps/totp/activate/"
    set_up_app(browser)


def test_secrets_of_apps_are_sealed() -> None:
    secret = set_up_app(signed_in(make_member(make_practice())))
    row = Authenticator.objects.get(type="totp")
    assert secret not in str(row.data)
    codes = Authenticator.objects.get(type="recovery_codes")
    assert re.fullmatch(r"[A-Za-z0-9+/=]{60,}", codes.data["seed"])


def test_a_recovery_code_lets_one_in_once() -> None:
    user = make_member(make_practice())
    first = signed_in(user)
    set_up_app(first)
    code = codes_of(first)[0]
    browser, again = make_browser(), make_browser()
    sign_in(browser, user)
    browser.post("/sign-in/steps/authenticate/", {"code": code})
    assert is_in(browser)
    sign_in(again, user)
    again.post("/sign-in/steps/authenticate/", {"code": code})
    assert not is_in(again)


def test_an_owner_is_led_to_set_one_up_before_any_page() -> None:
    user = make_member(make_practice(), role=Role.OWNER)
    browser = signed_in(user)
    assert browser.get("/").headers["Location"] == "/sign-in/protect"
    page = browser.get("/sign-in/protect").content.decode()
    assert "Make a passkey" in page
    assert "Set up an app" in page
    set_up_app(browser)
    assert is_in(browser)
    assert browser.get("/sign-in/protect").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("required", "role", "led"),
    [
        ("nobody", Role.OWNER, False),
        ("owners", Role.OWNER, True),
        ("owners", Role.FRONT_DESK, False),
        ("owners", Role.BILLER, False),
        ("all", Role.FRONT_DESK, True),
        ("all", Role.PRACTITIONER, True),
    ],
)
def test_the_practice_says_who_must_have_one(required: str, role: str, led: bool) -> None:
    practice = make_practice(mfa_required=required)
    assert is_in(signed_in(make_member(practice, role=role))) is not led


def test_a_practice_that_begins_to_demand_one_asks_those_who_are_in() -> None:
    practice = make_practice()
    browser = signed_in(make_member(practice))
    assert is_in(browser)
    settings.change(practice.id, SYSTEM, mfa_required="all")
    assert browser.get("/").headers["Location"] == "/sign-in/protect"


def test_the_last_factor_that_a_practice_demands_cannot_be_taken_away() -> None:
    browser = signed_in(make_member(make_practice(mfa_required="all")))
    set_up_app(browser)
    said = browser.get("/sign-in/steps/totp/deactivate/").content.decode()
    assert "Your practice asks for a second step" in said
    browser.post("/sign-in/steps/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_where_none_is_demanded_it_can_be_taken_away() -> None:
    practice = make_practice()
    browser = signed_in(make_member(practice))
    set_up_app(browser)
    browser.post("/sign-in/steps/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert {row["detail"]["type"] for row in trail(practice, "factor.remove")} == {
        "totp",
        "recovery_codes",
    }


def test_the_page_of_codes_tells_all_ten() -> None:
    browser = signed_in(make_member(make_practice()))
    set_up_app(browser)
    assert len(set(codes_of(browser))) == 10


def test_every_page_about_factors_opens() -> None:
    browser = signed_in(make_member(make_practice()))
    set_up_app(browser)
    for path in ("", "webauthn/", "webauthn/add/", "recovery-codes/", "recovery-codes/generate/"):
        page = browser.get(f"/sign-in/steps/{path}")
        assert page.status_code == 200, path
        assert "plain-card" in page.content.decode(), path
