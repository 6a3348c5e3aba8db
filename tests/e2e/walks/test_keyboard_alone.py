"""The first flow again, by the keyboard alone; the focus is always seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.walks.steps import PASSWORD, has_a_finger, in_a_day, press_until, visits_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.walks.house import House

FAR = 80
"""Presses of Tab within which everything on a page must be reached."""
FOCUSED = """() => {
  const at = document.activeElement, look = getComputedStyle(at);
  if (!at.matches("a, button, input, select, textarea, summary")) return { name: "", seen: true };
  const labels = [...(at.labels || [])].map((label) => label.innerText).join(" ");
  return {
    name: at.getAttribute("aria-label") || labels || at.innerText || at.value || "",
    seen: (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0)
      || look.boxShadow !== "none",
  };
}"""


def reach(page: Page, name: str) -> None:
    """Tab until what is called so has the focus, and is seen to have it."""
    passed = []
    for _ in range(FAR):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        passed.append(at["name"].strip())
        if name in at["name"]:
            assert at["seen"], f"the focus on {name!r} is not seen"
            return
    raise AssertionError(f"{name!r} is not reached; passed: {passed}")


def press(page: Page, name: str) -> None:
    reach(page, name)
    page.keyboard.press("Enter")


def go(page: Page, key: str, title: str) -> None:
    """By the two keys that lead there."""
    press_until(page, f"g {key}", page.get_by_role("heading", name=title, level=1))


def test_the_first_reminder_is_sent_without_a_mouse(
    page: Page, house: House, founded: Callable[[], dict[str, str]], complaints: list[str]
) -> None:
    has_a_finger(page)
    page.goto(founded()["link"])
    reach(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("One more thing").wait_for()
    press(page, "Make a passkey")
    page.get_by_role("button", name="Make it").wait_for()
    press(page, "Make it")
    page.get_by_role("heading", name="Recovery codes").wait_for()
    press(page, "I have kept them")
    page.get_by_role("heading", name="First things first").wait_for()
    page.wait_for_load_state("load")

    go(page, "i", "Imports")
    press(page, "Bring a file")
    page.get_by_role("heading", name="Bring a file of visits").wait_for()
    reach(page, "File of visits")
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Space")
    visit = ("V-1", in_a_day(house, 3600), "Ann", "Field", "+12025550141")
    opened.value.set_files(visits_file(visit))
    press(page, "Try it")
    page.get_by_text("This was a try").wait_for()
    press(page, "Apply it")
    page.get_by_role("button", name="Undo this import").wait_for(timeout=20_000)

    go(page, "r", "Rules")
    press(page, "Make the first rule")
    page.get_by_role("heading", name="New rule").wait_for()
    press(page, "Save")
    page.get_by_text("1 day before").first.wait_for()

    press(page, "Settings")
    page.get_by_role("button", name="Turn messaging on").wait_for()
    press(page, "Turn messaging on")
    page.get_by_text("What is due leaves by itself.").wait_for()

    go(page, "m", "Scheduled and sent")
    expect(page.locator("tbody").get_by_text("Ann Field")).to_be_visible(timeout=20_000)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send now").wait_for()
    press(page, "Send now")
    page.get_by_text("It leaves in a moment").wait_for()
    go(page, "m", "Scheduled and sent")
    expect(page.locator("tbody").get_by_text("Delivered")).to_be_visible(timeout=40_000)

    page.goto(f"{house.phones_url}/phones/%2B12025550141")
    expect(page.get_by_text("Northside Family Care: visit tomorrow")).to_be_visible()
    assert complaints == []
