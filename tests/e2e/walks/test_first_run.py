"""From nothing to a reminder on the test phone, without the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.walks.steps import go_in, in_a_day, visits_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.walks.house import House

MINUTES = 120_000  # milliseconds


def test_a_new_practice_sees_its_first_reminder_arrive(
    page: Page, house: House, founded: Callable[[], dict[str, str]], complaints: list[str]
) -> None:
    go_in(page, founded()["link"])
    expect(page.get_by_role("heading", name="First things first")).to_be_visible()

    page.get_by_text("Done already").click()
    page.get_by_role("link", name="Add a line to send by").click()
    lines = page.get_by_role("region", name="Lines")
    expect(lines.get_by_text("In use")).to_have_count(2)
    lines.get_by_role("button", name="Test now").first.click()
    expect(page.get_by_role("status").filter(has_text="carrier").first).to_be_visible()

    page.get_by_role("link", name="Imports").first.click()
    page.get_by_role("link", name="Bring a file").first.click()
    due = in_a_day(house, 25)
    page.get_by_label("File of visits").set_input_files(
        visits_file(("V-1", due, "Ann", "Field", "+12025550111"))
    )
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("This was a try")).to_be_visible()
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_text("Done").first).to_be_visible()

    page.get_by_role("link", name="Today").first.click()
    page.get_by_role("link", name="Say what goes by itself").click()
    page.get_by_role("link", name="Make the first rule").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 day before").first).to_be_visible()

    page.get_by_role("link", name="Today").first.click()
    page.get_by_role("link", name="Turn messaging on").click()
    page.get_by_role("button", name="Turn messaging on").click()
    expect(page.get_by_text("What is due leaves by itself.")).to_be_visible()

    page.get_by_label("By").select_option("sms")
    page.get_by_label("Your number or address").fill("+12025550112")
    page.get_by_role("button", name="Send the test").click()
    page.goto(house.phones_url)
    expect(page.get_by_text("[Test]").first).to_be_visible(timeout=MINUTES)
    page.get_by_role("link", name="+12025550111").click(timeout=MINUTES)
    expect(page.get_by_text("Northside Family Care: visit tomorrow").first).to_be_visible()

    page.goto(house.url)
    expect(page.get_by_role("heading", name="Visits")).to_be_visible()
    expect(page.get_by_role("heading", name="First things first")).to_be_hidden()
    assert complaints == []
