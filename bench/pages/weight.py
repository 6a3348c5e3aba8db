"""What a first look at a page brings: bytes as they come over the wire, and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Browser, StorageState

SETTLES = 600  # milliseconds after load; what a page fetches by itself has begun by then


class Weight(NamedTuple):
    """`stream`: whether one more stays open, for what changes; it is none of the `requests`."""

    kilobytes: float
    requests: int
    stream: bool


def of(browser: Browser, state: StorageState, address: str) -> Weight:
    """A page loaded by a browser that has nothing of it yet."""
    context = browser.new_context(storage_state=state)
    page = context.new_page()
    watch = context.new_cdp_session(page)
    asked: set[str] = set()
    brought: dict[str, float] = {}
    streams: set[str] = set()
    watch.send("Network.enable")
    watch.send("Network.setCacheDisabled", {"cacheDisabled": False})

    def asks(event: dict) -> None:
        if not event["request"]["url"].startswith("data:"):
            asked.add(event["requestId"])
        if event.get("type") == "EventSource":
            streams.add(event["requestId"])

    watch.on("Network.requestWillBeSent", asks)
    watch.on(
        "Network.loadingFinished",
        lambda event: brought.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLES)
    context.close()
    return Weight(sum(brought.values()) / 1024, len(asked - streams), bool(streams))
