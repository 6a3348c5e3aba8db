"""Measures the pages of a running demo, and prints each goal beside its figure. Writes no file.

python -m scripts.goals [--url http://localhost:8000] [--only words …] [--skip axe keys …]

Best against `carepost demo --big`, which has 200,000 messages. Signs in as the demo's owner; looks
at pages, and changes nothing but what looking changes (the audit trail says who was read).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import sync_playwright

from bench.pages import access, keys, statements, times, weight, without_script
from scripts import screens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, StorageState

MEDIAN, P99, SQL, KEY = 60, 200, 12, 50
WEIGHT, CALENDAR_WEIGHT, REQUESTS = 250, 300, 12
PARTS = ("time", "sql", "weight", "keys", "axe", "script")
LISTS = ("/clients/", "/messages/")


class Goal(NamedTuple):
    """A line of the table: what, how much at most, what was seen, and whether that is within."""

    what: str
    goal: str
    seen: str
    met: bool


def main() -> int:
    """Do it; 1, with a sentence, where the demo cannot be found; 2 where a goal is missed."""
    given = _asked()
    home = screens.home()
    if home is None:
        print("carepost: start the demo first, with the same CAREPOST_HOME: make demo")
        return 1
    password = (home / "demo.password").read_text().strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=screens.browser_path(), args=screens.FLAGS
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        screens.sign_in(page, given.url, password)
        found = [
            (kind, address)
            for kind, address in _one_template(screens.pages(page, given.url))
            if not given.only or any(word in kind for word in given.only)
        ]
        state = context.storage_state()
        print(f"{len(found)} kinds of page at {given.url}\n")
        goals = _measured(browser, state, found, given, home)
        browser.close()
    _print(goals)
    return 0 if all(goal.met for goal in goals) else 2


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--url", default="http://localhost:8000")
    asked.add_argument("--only", nargs="*", default=[], help="pages whose name has one of these")
    asked.add_argument("--skip", nargs="*", default=[], choices=PARTS)
    return asked.parse_args()


def _one_template(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """One of the pages of templates, for they differ in their words alone."""
    seen: set[str] = set()
    for kind, address in found:
        sort = re.sub(r"^templates-[^-]+-[^-]+-[^-]+-[^-]+", "template", kind)
        if sort not in seen:
            seen.add(sort)
            yield sort, address


def _measured(
    browser: Browser,
    state: StorageState,
    found: Sequence[tuple[str, str]],
    given: argparse.Namespace,
    home: Path,
) -> list[Goal]:
    goals: list[Goal] = []
    wanted = [part for part in PARTS if part not in given.skip]
    staff = [(kind, address) for kind, address in found if "/sign-in/" not in address]
    if "time" in wanted:
        goals += _times(state, staff)
    if "sql" in wanted:
        goals.append(_statements(home, staff))
    if "weight" in wanted:
        goals += _weights(browser, state, found)
    if "keys" in wanted:
        goals += _keys(browser, state, given.url)
    if "axe" in wanted:
        goals += _access(browser, state, found)
    if "script" in wanted:
        tried = without_script.tried(browser, state, given.url)
        for what, wrong in tried.items():
            print(f"JavaScript off: {what}: {wrong or 'works'}")
        failed = sum(bool(wrong) for wrong in tried.values())
        goals.append(
            Goal("JavaScript off", "all work", f"{failed} of {len(tried)} fail", not failed)
        )
    return goals


def _times(state: StorageState, found: Sequence[tuple[str, str]]) -> list[Goal]:
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in state["cookies"])
    taken = {kind: times.of(address, cookies) for kind, address in found}
    print(f"{'median ms':>10} {'p99 ms':>8}  page")
    for kind, each in sorted(taken.items(), key=lambda item: -item[1].median):
        print(f"{each.median:10.1f} {each.p99:8.1f}  {kind}")
    print()
    slowest = max(taken, key=lambda kind: taken[kind].median)
    rarest = max(taken, key=lambda kind: taken[kind].p99)
    return [
        _at_most("server time, median", MEDIAN, taken[slowest].median, "ms", slowest),
        _at_most("server time, p99", P99, taken[rarest].p99, "ms", rarest),
    ]


def _statements(home: Path, found: Sequence[tuple[str, str]]) -> Goal:
    kinds = {address: kind for kind, address in found}
    sent = statements.of(home, screens.OWNER, kinds)
    by_number = Counter(sent.values())
    print("SQL: " + ", ".join(f"{by_number[n]} pages send {n}" for n in sorted(by_number)))
    for address, number in sent.items():
        if number > SQL:
            print(f"{number:4}  {kinds[address]}")
    print()
    most = max(sent, key=lambda address: sent[address])
    return _at_most("SQL per page", SQL, sent[most], "statements", kinds[most])


def _weights(browser: Browser, state: StorageState, found: Sequence[tuple[str, str]]) -> list[Goal]:
    each = {kind: weight.of(browser, state, address) for kind, address in found}
    calendar = {kind: w for kind, w in each.items() if kind == "calendar"}
    others = {kind: w for kind, w in each.items() if kind != "calendar"}
    goals = []
    for what, limit, some in (
        ("first load, gzip", WEIGHT, others),
        ("first load, gzip: calendar", CALENDAR_WEIGHT, calendar),
    ):
        if some:
            heaviest = max(some, key=lambda kind: some[kind].kilobytes)
            goals.append(_at_most(what, limit, some[heaviest].kilobytes, "KB", heaviest))
    most = max(each, key=lambda kind: each[kind].requests)
    print(f"{'KB':>6} {'requests':>9}  page (a stream of changes, which stays open, not counted)")
    for kind, w in sorted(each.items(), key=lambda item: -item[1].kilobytes)[:6]:
        print(f"{w.kilobytes:6.0f} {w.requests:9}  {kind}")
    print()
    return [*goals, _at_most("requests", REQUESTS, each[most].requests, "", most)]


def _keys(browser: Browser, state: StorageState, url: str) -> list[Goal]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, storage_state=state)
    page = context.new_page()
    goals = []
    for path in LISTS:
        taken = keys.of_list(page, url.rstrip("/") + path)
        if taken:
            goals.append(_key(f"key to painted result: {path}", taken))
    goals.append(_key("key to painted result: finder", keys.of_finder(page, url)))
    context.close()
    return goals


def _key(what: str, taken: Sequence[float]) -> Goal:
    seen = times.summed(taken)
    return _at_most(what, KEY, seen.median, "ms", f"worst {seen.p99:.0f}")


def _access(browser: Browser, state: StorageState, found: Sequence[tuple[str, str]]) -> list[Goal]:
    faults = list(access.faults(browser, state, found))
    for fault in faults:
        seen_at = f"{fault.page} {fault.width} {fault.scheme}"
        print(f"axe {fault.impact}: {seen_at}: {fault.rule} {fault.where}")
    wide = list(access.too_wide(browser, state, found))
    print(f"wider than 390: {', '.join(wide) or 'none'}\n")
    counted = Counter(fault.impact for fault in faults)
    return [
        Goal(f"axe, {impact}", "0", str(counted[impact]), not counted[impact])
        for impact in access.GRAVE
    ] + [Goal("pages wider than a screen of 390", "0", str(len(wide)), not wide)]


def _at_most(what: str, limit: float, seen: float, unit: str, where: str) -> Goal:
    return Goal(what, f"<= {limit} {unit}".rstrip(), f"{seen:.0f} {unit} ({where})", seen <= limit)


def _print(goals: Sequence[Goal]) -> None:
    print("| what | goal | seen | |\n| --- | --- | --- | --- |")
    for goal in goals:
        print(f"| {goal.what} | {goal.goal} | {goal.seen} | {'met' if goal.met else 'MISSED'} |")


if __name__ == "__main__":
    sys.exit(main())
