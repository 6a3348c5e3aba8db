"""Lists, a page at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Asker, a_client, a_practice, an_appointment, in_days

pytestmark = pytest.mark.django_db


def walk(asker: Asker, path: str, limit: int) -> list[Any]:
    """All items, page after page."""
    items: list[Any] = []
    cursor = ""
    while True:
        page = asker.get(f"{path}limit={limit}&cursor={cursor}").body
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items
        assert len(page["items"]) == limit


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
def test_pages_together_are_the_whole_list_each_once_in_order(limit: int) -> None:
    asker = a_practice()
    names = [("Bo", "A"), ("Al", "B"), ("Al", "A"), ("Bo", "A"), ("Cy", "A"), ("Al", "A")]
    for first, last in names:
        asker.made("/clients", {"first_name": first, "last_name": last})
    found = [(c["first_name"], c["last_name"]) for c in walk(asker, "/clients?", limit)]
    assert found == sorted(names, key=lambda name: (name[1], name[0]))
    assert len({c["id"] for c in walk(asker, "/clients?", limit)}) == len(names)


def test_times_of_a_cursor_are_exact() -> None:
    asker = a_practice()
    client = a_client(asker)["id"]
    for fraction in ("000001", "000002", "000002", "999999"):
        an_appointment(asker, client, starts_at=f"2031-07-01T09:00:00.{fraction}Z")
    assert len({a["id"] for a in walk(asker, "/appointments?", 1)}) == 4


def test_a_list_that_runs_backwards_has_pages_too() -> None:
    asker = a_practice()
    a_client(asker)
    entries = walk(asker, "/audit?", 1)
    times = [entry["at"] for entry in entries]
    assert times == sorted(times, reverse=True)
    assert len(times) >= 3


def test_a_row_that_is_added_meanwhile_shifts_nothing() -> None:
    asker = a_practice()
    for name in ("B", "D"):
        asker.made("/practitioners", {"name": name})
    page = asker.get("/practitioners?limit=1").body
    asker.made("/practitioners", {"name": "A"})
    asker.made("/practitioners", {"name": "C"})
    rest = asker.get(f"/practitioners?cursor={page['next_cursor']}").body["items"]
    assert [p["name"] for p in rest] == ["C", "D"]


def test_a_cursor_keeps_to_itself_and_to_its_list_and_practice() -> None:
    asker, other = a_practice(), a_practice()
    for _ in range(2):
        a_client(asker, last_name="Secretname")
    cursor = asker.get("/clients?limit=1").body["next_cursor"]
    assert "Secretname" not in cursor
    for who, path, sent in (
        (asker, "/contacts", cursor),
        (other, "/clients", cursor),
        (asker, "/clients", cursor[:-2]),
        (asker, "/clients", "AAAA"),
        (asker, "/clients", "%C3%A9"),
        (asker, "/clients", "x" * 1999),
    ):
        answer = who.get(f"{path}?cursor={sent}")
        assert (answer.status, answer.pointers) == (422, ["cursor"])


def test_a_moment_in_a_query_may_have_its_plus_as_a_space() -> None:
    asker = a_practice()
    an_appointment(asker)
    moment = in_days(1)
    assert moment.endswith("+00:00")
    assert len(asker.get(f"/appointments?starts_after={moment}").body["items"]) == 1
    escaped = moment.replace("+", "%2B")
    assert len(asker.get(f"/appointments?starts_after={escaped}").body["items"]) == 1
