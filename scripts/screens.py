"""Photographs every page of a running demo, wide and narrow, light and dark, into screens/.

python scripts/screens.py [--url http://localhost:8000] [--only words …]

Signs in as the demo's owner (`CAREPOST_HOME`'s demo folder holds the password), starts at the first
page, follows every link of the same site, and keeps one picture of each kind of page.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
OWNER = "owner@riverside.example.com"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_NOT_PAGES = re.compile(r"^/(static|api|hooks|healthz|readyz|metrics|live)|/events|\.csv$|/export")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def browser_path() -> str | None:
    """Where the machine's Chromium is."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def kind_of(url: str) -> str:
    """What tells kinds of pages apart: the path without ids, and which filters it names."""
    parts = urlsplit(url)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    path = _ID.sub("ID", parts.path).strip("/") or "today"
    return re.sub(r"\W+", "-", "-".join([path, *names])).strip("-")


def sign_in(page: Page, url: str, password: str) -> None:
    """Sign in as the demo's owner."""
    page.goto(urljoin(url, "/sign-in/"), wait_until="load")
    page.get_by_label("Email").fill(OWNER)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda there: "/sign-in" not in there)


def pages(page: Page, url: str) -> Iterator[tuple[str, str]]:
    """Every kind of page that links lead to, with the first address of each."""
    seen: set[str] = set()
    waiting = [url]
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind in seen:
            continue
        seen.add(kind)
        answer = page.goto(address, wait_until="load")
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield kind, address
        for link in page.eval_on_selector_all("a[href]", "found => found.map(a => a.href)"):
            same = urlsplit(link).netloc == urlsplit(url).netloc
            if same and not _NOT_PAGES.search(urlsplit(link).path):
                waiting.append(link.partition("#")[0])


def photograph(browser: Browser, found: list[tuple[str, str]], state: object, folder: Path) -> int:
    """Write a full-page PNG of each page, width and colour scheme; gives how many."""
    count = 0
    for width in WIDTHS:
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
                storage_state=state,  # type: ignore[arg-type]
            )
            page = context.new_page()
            for kind, address in found:
                page.goto(address, wait_until="load")
                page.wait_for_timeout(150)  # what is drawn by script after loading
                page.screenshot(path=folder / f"{kind}-{width}-{scheme}.png", full_page=True)
                count += 1
            context.close()
    return count


def home() -> Path | None:
    """The home of the demo that runs: the big one's or the small one's, whichever is alive."""
    above = Path(os.environ.get("CAREPOST_HOME") or Path.home() / ".carepost")
    homes = [home for name in ("demo-big", "demo") if (home := above / name).is_dir()]
    alive = [home for home in homes if (home / "postgres" / "data" / "postmaster.pid").exists()]
    ready = [home for home in (alive or homes) if (home / "demo.password").exists()]
    return ready[0] if ready else None


def main() -> int:
    """Do it; 1, with a sentence, where the demo cannot be found."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--url", default="http://localhost:8000")
    asked.add_argument("--only", nargs="*", default=[])
    given = asked.parse_args()
    found_home = home()
    if found_home is None:
        print("carepost: start the demo first, with the same CAREPOST_HOME: make demo")
        return 1
    folder = Path("screens")
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        sign_in(page, given.url, (found_home / "demo.password").read_text().strip())
        found = [
            (kind, address)
            for kind, address in pages(page, given.url)
            if not given.only or any(word in kind for word in given.only)
        ]
        taken = photograph(browser, found, context.storage_state(), folder)
        browser.close()
    print(f"{taken} pictures of {len(found)} kinds of page in {folder}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
