"""A file with mistakes in it: tried, its columns named, applied, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.walks.steps import go_in, in_a_day, visits_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.walks.house import House


def test_each_row_of_a_file_with_mistakes_has_its_fate(
    page: Page, house: House, founded: Callable[[], dict[str, str]], complaints: list[str]
) -> None:
    go_in(page, founded()["link"])
    at = in_a_day(house)
    file = visits_file(
        ("V-1", at, "Ann", "Field", "(202) 555-0101"),
        ("V-2", at, "", "", "(202) 555-0102"),
        ("V-3", at, "Bea", "Stone", "no phone"),
    )
    content = bytes(file["buffer"]).replace(b"Time", b"Begins")
    page.goto(house.url + "/imports/new")
    page.get_by_label("File of visits").set_input_files({**file, "buffer": content})
    page.get_by_role("button", name="Try it").click()

    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="does not say at which time")).to_have_count(2)
    page.get_by_role("link", name="Columns").click()
    page.get_by_label("Start (time").select_option("Begins")
    page.get_by_role("button", name="Try again with these").click()
    expect(page.get_by_text("This was a try")).to_be_visible()
    expect(rows.filter(has_text="The row names no client.")).to_have_count(1)
    expect(rows.filter(has_text="Refused")).to_have_count(2)
    expect(rows.filter(has_text="New")).to_have_count(1)
    page.get_by_role("button", name="Apply it").click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible(timeout=20_000)

    page.goto(house.url + "/clients/")
    expect(page.get_by_role("link", name="Ann Field")).to_be_visible()

    page.goto(house.url + "/imports/")
    page.get_by_role("link", name="visits.csv").first.click()  # the one applied
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("The import is undone.")).to_be_visible()
    assert complaints == []
