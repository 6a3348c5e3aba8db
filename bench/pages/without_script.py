"""Whether the pages work with JavaScript off: each thing done, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from playwright.sync_api import Error

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page, StorageState

VISITS = """all => all.map((a) => a.getAttribute("href"))
  .filter((href) => /^.calendar.[0-9a-f]{8}-[0-9a-f-]{27}$/.test(href))"""


def tried(browser: Browser, state: StorageState, url: str) -> dict[str, str]:
    """By what was tried: empty if it works, else what is wrong. Nothing is changed by it."""
    context = browser.new_context(storage_state=state, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(8_000)
    found = {}
    for what, attempt in ATTEMPTS.items():
        try:
            found[what] = attempt(page, url)
        except Error as error:
            found[what] = error.message.splitlines()[0]
    context.close()
    return found


def _clients_filter(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/clients/"))
    page.get_by_role("searchbox").last.fill("zzzzqq")
    page.get_by_role("button", name="Show").click()
    return "" if "q=zzzzqq" in page.url and not page.locator("tbody tr").count() else "no filter"


def _messages_filter(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/messages/"))
    page.get_by_label("Messaging method").select_option("email")
    page.get_by_role("button", name="Show").click()
    others = page.locator("tbody tr").filter(has_text="SMS").count()
    return "" if "channel=email" in page.url and not others else "no filter"


def _paging(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/messages/"))
    page.locator("a[href*='from=50']").first.click()
    return "" if page.locator("tbody tr").count() else "the next page is empty"


def _why(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/messages/"))
    page.locator("a[data-drawer]").first.click()
    return "" if page.get_by_role("heading", name="What happened").count() else "no story"


def _visit(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/calendar/?view=list"))
    links = page.locator("main a").evaluate_all(VISITS)
    if not links:
        return "the calendar shows no visit"
    page.goto(urljoin(url, links[0]))
    return "" if page.get_by_role("heading", level=1).inner_text() else "no visit"


def _form(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/me/"))
    page.get_by_role("button", name="Save").first.click()
    return "" if page.get_by_text("Saved").count() else "nothing is said of the saving"


def _refusal(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/clients/new"))
    page.get_by_label("First name").fill(" ")
    page.locator("main form").get_by_role("button").first.click()
    tied = page.locator("[aria-invalid=true][aria-describedby]").count()
    return "" if tied else "the error is not tied to its field"


def _rehearsal(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/rules/new"))
    page.get_by_role("button", name="Rehearse first").click()
    page.wait_for_timeout(3_000)
    again = page.get_by_role("link", name="Look again")
    if again.count():
        again.click()
    shown = page.locator(".tiles, .note, .progress").count()
    return "" if shown else "no rehearsal"


def _find(page: Page, url: str) -> str:
    page.goto(urljoin(url, "/"))
    page.get_by_role("link", name="Find").first.click()
    return "" if page.get_by_role("searchbox").count() else "no page to find on"


ATTEMPTS: dict[str, Callable[[Page, str], str]] = {
    "clients filter": _clients_filter,
    "messages filter": _messages_filter,
    "the next page of a list": _paging,
    "a message's story": _why,
    "a visit": _visit,
    "a form is saved": _form,
    "a form is refused, with its reason": _refusal,
    "a rule is rehearsed": _rehearsal,
    "finding (its page; the dialog needs script)": _find,
}
