"""Why somebody hears nothing, and the one act that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.walks.steps import a_visit, ask, go_in, press_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.walks.house import House


def test_why_somebody_hears_nothing_is_found_and_mended(
    page: Page, house: House, founded: Callable[[], dict[str, str]], complaints: list[str]
) -> None:
    made = founded()
    ask(house, made["token"], "/rules", kind="appointment_reminder", channel="sms",
        offset={"before": "P1D"})  # fmt: skip
    a_visit(house, made["token"], "Cleo", "Marsh")
    go_in(page, made["link"])

    words = page.get_by_role("searchbox", name="Name, number")
    press_until(page, "/", words)
    words.fill("marsh")
    page.get_by_role("dialog").get_by_role("link", name="Cleo Marsh").click()
    expect(page.get_by_text("Will not hear from us")).to_be_visible()
    expect(page.locator(".hearing")).to_contain_text("no number or address")

    page.locator(".hearing a").click()
    page.wait_for_url("**/contact")
    page.get_by_role("link", name="Add a number or address").last.click()
    page.get_by_label("Number or address").fill("+1 202 555 0131")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("0131").first).to_be_visible()

    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".hearing")).not_to_contain_text("no number or address", timeout=20_000)
    assert complaints == []
