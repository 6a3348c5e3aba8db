"""Passkeys in a real browser, with an authenticator that Chromium plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carepost.practice.models import Role
from tests.builders import make_practice
from tests.web.signin.staff import PASSWORD, make_member, trail

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

    from carepost.practice.models import Practice, User


@pytest.fixture
def authenticator(page: Page) -> CDPSession:
    """A machine with a finger on its reader."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def make_passkey(page: Page, address: str, user: User) -> None:
    """From the first sign-in by password to the first page."""
    page.goto(address)
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator(".codes code").count() == 10
    page.get_by_role("link", name="I have kept them; go on").click()
    page.wait_for_url(f"{address}/")


def test_an_owner_makes_a_passkey_and_signs_in_with_it_alone(
    page: Page, address: str, authenticator: CDPSession, complaints: list[str]
) -> None:
    practice: Practice = make_practice()
    user = make_member(practice, role=Role.OWNER)
    make_passkey(page, address, user)

    page.context.clear_cookies()
    page.goto(address)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/")

    assert [entry["detail"]["ways"] for entry in trail(practice, "sign_in")] == [
        ["password"],
        ["webauthn"],
    ]
    assert complaints == []


def test_after_the_password_a_passkey_is_the_second_step(
    page: Page, address: str, authenticator: CDPSession, complaints: list[str]
) -> None:
    practice = make_practice()
    user = make_member(practice, role=Role.OWNER)
    make_passkey(page, address, user)

    page.context.clear_cookies()
    page.goto(address)
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="The second step").wait_for()
    page.goto(address)  # no way around it
    page.get_by_role("heading", name="The second step").wait_for()
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{address}/")
    assert complaints == []


REFUSED = """
navigator.credentials.get = () => Promise.reject(new DOMException("", "NotAllowedError"));
"""


def test_a_finger_that_is_refused_is_answered_in_words(page: Page, address: str) -> None:
    page.add_init_script(REFUSED)
    page.goto(address)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").filter(has_text="took too long. Try again").wait_for(timeout=5_000)
