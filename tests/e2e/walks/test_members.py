"""Members asked in by email, and what each role finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.walks.steps import PASSWORD, go_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from tests.e2e.walks.house import House

RAILS = {
    "Owner": ["Today", "Calendar", "Clients", "Messages", "Imports", "Practice"],
    "Front desk": ["Today", "Calendar", "Clients", "Messages", "Imports"],
    "Practitioner": ["Today", "Calendar", "Clients", "Messages"],
    "Biller": ["Today", "Calendar", "Clients", "Messages"],
}
BUTTONS = {"Front desk": True, "Practitioner": True, "Biller": False}
"""Whether a role may book a visit."""


def rail(page: Page) -> list[str]:
    """The words of the rail's entries."""
    entries = page.locator(".rail > ul > li > a, .rail ul.rail-list > li > a")
    return [word.strip() for word in entries.all_inner_texts()]


def test_who_is_asked_in_finds_what_their_role_may(
    page: Page, browser: Browser, house: House, founded: Callable[[], dict[str, str]]
) -> None:
    made = founded()
    go_in(page, made["link"])
    assert rail(page) == RAILS["Owner"]

    for role, may_book in BUTTONS.items():
        email = f"{role.replace(' ', '.')}.{made['practice_id'][-4:]}@north.test".lower()
        page.goto(house.url + "/settings/members/invite")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Name").last.fill(f"Robin {role}")
        page.get_by_label("Role").select_option(label=role)
        page.get_by_role("button", name="Send the invite").click()
        expect(page.get_by_text("The invite is on its way.")).to_be_visible()

        theirs = browser.new_context().new_page()
        theirs.goto(house.phones_url + "/mail")
        theirs.get_by_role("link").filter(has_text=email).first.click()
        words = theirs.get_by_text("/sign-in/invite/").inner_text()
        theirs.goto(next(word for word in words.split() if "/sign-in/invite/" in word))
        theirs.get_by_label("Password").fill(PASSWORD)
        theirs.get_by_role("button", name="Accept and go in").click()
        expect(theirs.get_by_role("link", name="Today").first).to_be_visible()
        assert rail(theirs) == RAILS[role]
        assert theirs.get_by_role("link", name="Book a visit").count() == may_book
        theirs.goto(house.url + "/settings/members")
        expect(theirs.get_by_role("heading", name="This is not open to you")).to_be_visible()
        theirs.context.close()
