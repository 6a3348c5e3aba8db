"""Every page of the staff, found by walking the URLs: who may see it, and what its words are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from carepost.practice.models import Role
from carepost.web import permissions
from tests.web.desk import browser_of
from tests.web.everything import SURNAME, everything
from tests.web.reading import Reading
from tests.web.walk import crawl, routes

if TYPE_CHECKING:
    from django.test import Client as Browser
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

RAW_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", re.IGNORECASE)
CODE = re.compile(
    r"\b(no_receipt|needs_person|no_show|front_desk|appointment_(reminder|notice)|test_message"
    r"|visit_(cancelled|moved|past)|no_(address|line|consent|credit)|bad_address|by_staff|rule_off"
    r"|waits_for_hours|outside_hours|messaging_off|not_wanted|[a-z]+_[a-z]+_[a-z]+)\b"
)
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d|\bUTC\b|\+00:00")
# A sentence may begin with "None"; a value that is missing stands alone, or at an end.
NOTHING = re.compile(r"\bNone\b(?! is planned\.| \()|\{\{|\{%|%\(\w+\)s|\bnan\b|<django|Traceback")
ZONES = re.compile(r"\bEtc/UTC\b")  # a zone that a practice may be in
FIELDS = re.compile(r"\{\{.*?\}\}")  # merge fields in the words of a template are meant


ROUTES = routes()


def test_there_are_pages_to_walk() -> None:
    assert len(ROUTES) > 30


@pytest.mark.parametrize("role", Role.values)
def test_a_role_sees_what_it_may_and_nothing_else(role: str, settings: SettingsWrapper) -> None:
    settings.DEBUG = True  # the page of the components is there then alone
    world = everything()
    browser = browser_of(world.practice, role)

    wrong = []
    for route in ROUTES:
        asked, may = route.of(world), permissions.allows(role, route.scope)
        looks = browser.get(asked).status_code
        acts = None if may else browser.post(asked).status_code
        if looks not in ((200, 204, 302, 405) if may else (403,)) or acts not in (None, 403):
            wrong.append(f"{asked}: {looks}, {acts}")

    assert not wrong, "\n".join(wrong)


def test_nobody_sees_a_page_or_does_a_thing_without_signing_in(client: Browser) -> None:
    world = everything()

    for route in ROUTES:
        for answer in (client.get(route.of(world)), client.post(route.of(world))):
            assert answer.status_code == 302, route
            assert answer.headers["Location"].startswith("/sign-in/?next="), route


def test_another_practices_things_are_not_there() -> None:
    world, other = everything(), everything()
    browser = browser_of(other.practice)

    for route in ROUTES:
        if route.names:
            looks, acts = browser.get(route.of(world)), browser.post(route.of(world))
            assert looks.status_code in (404, 405), route
            assert acts.status_code in (400, 404), route
            assert SURNAME not in looks.content.decode() + acts.content.decode()


def test_no_page_says_an_id_a_code_a_utc_time_or_none() -> None:
    world = everything()
    browser = browser_of(world.practice)

    wrong = []
    for address, page in crawl(browser):
        for words in Reading(page).words:
            said = ZONES.sub("", FIELDS.sub("", words))
            wrong += [
                f"{address}: {said}"
                for what in (RAW_ID, CODE, UTC_TIME, NOTHING)
                if what.search(said)
            ]

    assert not wrong, "\n".join(wrong)


def test_controls_have_names_ids_are_unique_and_no_style_or_script_is_within() -> None:
    world = everything()
    browser = browser_of(world.practice)

    wrong = []
    for address, page in crawl(browser):
        read = Reading(page)
        twice = {each for each in read.ids if read.ids.count(each) > 1}
        for what in (read.nameless, read.inline, twice):
            if what:
                wrong.append(f"{address}: {what}")

    assert not wrong, "\n".join(wrong)
