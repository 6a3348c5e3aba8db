"""Photographs pages of a running Carepost, wide and narrow, light and dark, into screens/.

python scripts/screens.py [URL …]      (default: http://localhost:8000/)
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")


def photograph(urls: list[str], folder: Path) -> int:
    """Write a full-page PNG for each page, width and colour scheme; gives how many."""
    folder.mkdir(exist_ok=True)
    count = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"],
        )
        for width in WIDTHS:
            for scheme in SCHEMES:
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                for url in urls:
                    page.goto(url, wait_until="load")
                    name = re.sub(r"\W+", "-", url.partition("://")[2]).strip("-")
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                    count += 1
                page.close()
        browser.close()
    return count


if __name__ == "__main__":
    taken = photograph(sys.argv[1:] or ["http://localhost:8000/"], Path("screens"))
    print(f"{taken} pictures in screens/")
