"""What axe finds on a page: the rules of accessibility that a program can check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, StorageState

AXE = Path(__file__).parents[2] / "front" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("critical", "serious")
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  ({impact, id, nodes}) => [impact, id, nodes.map((node) => node.target.join(" ")).slice(0, 3)])"""


class Fault(NamedTuple):
    """One rule that a page breaks. `where`: some of the elements."""

    page: str
    width: int
    scheme: str
    impact: str
    rule: str
    where: list[str]


def faults(
    browser: Browser, state: StorageState, pages: Sequence[tuple[str, str]]
) -> Iterator[Fault]:
    """The critical and serious ones of each page, wide and narrow, light and dark."""
    script = AXE.read_text("utf-8")
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state
            )
            page = context.new_page()
            for kind, address in pages:
                page.goto(address, wait_until="load")
                page.wait_for_timeout(150)
                page.evaluate(script)  # not as an element: the pages' policy lets none in
                for impact, rule, where in page.evaluate(_RUN):
                    if impact in GRAVE:
                        yield Fault(kind, width, scheme, impact, rule, where)
            context.close()


def too_wide(
    browser: Browser, state: StorageState, pages: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """The pages that are wider than a screen of 390."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, storage_state=state)
    page = context.new_page()
    for kind, address in pages:
        page.goto(address, wait_until="load")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield kind
    context.close()
