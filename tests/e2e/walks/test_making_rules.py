"""A rule written, rehearsed, written on, and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.walks.steps import a_visit, go_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.walks.house import House

PHONE = {"system": "phone", "value": "+12025550121"}


def test_a_rule_is_rehearsed_before_it_is_saved(
    page: Page, house: House, founded: Callable[[], dict[str, str]], complaints: list[str]
) -> None:
    made = founded()
    a_visit(house, made["token"], "Ann", "Field", contact_points=[PHONE], assigned_channel="sms")
    go_in(page, made["link"])

    page.goto(house.url + "/rules/new")
    page.get_by_label("Messaging method").select_option("sms")
    page.get_by_label("How long").fill("2")
    page.get_by_text("Words of its own").first.click()
    page.get_by_label("Words of its own").fill("Hello {{ client.first_name }}, see you soon.")
    expect(page.get_by_text("Hello Ann, see you soon.")).to_be_visible()

    page.get_by_role("button", name="Rehearse first").click()
    expect(page.locator(".tile").filter(has_text="more messages")).to_contain_text(
        "1", timeout=20_000
    )
    expect(page.locator("tbody").get_by_role("link", name="Ann Field")).to_be_visible()

    page.get_by_role("button", name="Back to the rule").click()
    expect(page.get_by_label("How long")).to_have_value("2")
    page.get_by_label("How long").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("3 days before").first).to_be_visible()
    assert complaints == []
