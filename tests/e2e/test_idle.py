"""A session that nobody uses: the warning, the end, and what was typed before it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from carepost.ground import clock
from tests.builders import make_practice
from tests.web.signin.staff import PASSWORD, make_member

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from carepost.practice.models import User

FORM = "/settings/members/invite"


class Hands:
    """The hands of the clock that the server looks at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moved = timedelta()
        true = clock.now
        monkeypatch.setattr(clock, "now", lambda: true() + self.moved)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def sign_in(page: Page, user: User) -> None:
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def begin(page: Page, address: str, user: User) -> None:
    """Signed in, at a form, a name written into it."""
    page.goto(address + FORM)
    sign_in(page, user)
    page.wait_for_url(address + FORM)
    page.wait_for_load_state("networkidle")
    page.locator("main").get_by_label("Name").fill("Doro Lang")


def look_again(page: Page) -> None:
    """The page looks at the server's clock, as it does when it comes to the front."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def drafts(page: Page) -> int:
    """How many are kept in this window."""
    keys = page.evaluate("Object.keys(sessionStorage)")
    return sum(key.startswith("draft ") for key in keys)


@pytest.fixture
def owner(address: str) -> User:
    return make_member(make_practice(mfa_required="nobody"), role="owner")


def test_a_minute_before_the_end_one_is_asked_and_may_stay(
    page: Page, address: str, owner: User, hands: Hands, complaints: list[str]
) -> None:
    begin(page, address, owner)
    asked = page.get_by_role("dialog", name="Are you still there?")
    look_again(page)
    expect(asked).to_be_hidden()
    hands.moved += timedelta(minutes=14, seconds=10)
    look_again(page)
    expect(asked).to_be_visible()
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(asked).to_be_hidden()
    hands.moved += timedelta(minutes=13)
    page.reload()
    assert page.url == address + FORM
    assert not [line for line in complaints if "Content Security Policy" in line]


def test_after_the_end_nothing_is_shown_and_what_was_typed_comes_back(
    page: Page, address: str, owner: User, hands: Hands
) -> None:
    begin(page, address, owner)
    hands.moved += timedelta(minutes=16)
    look_again(page)
    page.get_by_text("nobody used this page").wait_for()
    sign_in(page, owner)
    page.wait_for_url(address + FORM)
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("main").get_by_label("Name")).to_have_value("Doro Lang")


def test_what_one_typed_is_not_offered_to_another(
    page: Page, address: str, owner: User, hands: Hands
) -> None:
    other = make_member(make_practice(mfa_required="nobody"), role="owner")
    begin(page, address, owner)
    hands.moved += timedelta(minutes=16)
    look_again(page)
    page.get_by_text("nobody used this page").wait_for()
    sign_in(page, other)
    page.wait_for_url(address + FORM)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#draft")).to_be_hidden()
    assert drafts(page) == 0


def test_signing_out_leaves_nothing_of_what_was_typed(
    page: Page, address: str, owner: User
) -> None:
    begin(page, address, owner)
    assert drafts(page) == 1
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(f"{address}/sign-in/")
    assert drafts(page) == 0
