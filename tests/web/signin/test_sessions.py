"""Sessions: how long they last, where they are, how they end, which practice they are in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from carepost.ground import clock
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Member
from carepost.practice.tenancy import acting_for
from tests.builders import make_practice
from tests.web.signin.staff import FIREFOX, is_in, make_browser, make_member, signed_in, trail

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client as Browser

pytestmark = pytest.mark.django_db


class Hands:
    """The hands of the clock that the pages look at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moved = timedelta()
        true = clock.now
        monkeypatch.setattr(clock, "now", lambda: self._at(true()))

    def _at(self, now: datetime) -> datetime:
        return now + self.moved

    def on(self, **by: float) -> None:
        """Move on by a duration."""
        self.moved += timedelta(**by)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def test_a_session_ends_after_fifteen_minutes_without_use(hands: Hands) -> None:
    browser = signed_in(make_member(make_practice()))
    assert is_in(browser)
    hands.on(minutes=14, seconds=50)
    assert is_in(browser)
    hands.on(minutes=15, seconds=1)
    answer = browser.get("/?filter=x")
    assert answer.headers["Location"] == "/sign-in/?next=/%3Ffilter%3Dx"
    assert "nobody used this page" in browser.get("/sign-in/").content.decode()


def test_the_practice_says_how_long(hands: Hands) -> None:
    practice = make_practice(idle_minutes=60)
    browser = signed_in(make_member(practice))
    assert is_in(browser)
    hands.on(minutes=59)
    assert is_in(browser)
    hands.on(minutes=61)
    assert not is_in(browser)


def test_a_shorter_time_holds_at_once_for_those_who_are_in(hands: Hands) -> None:
    practice = make_practice(idle_minutes=60)
    browser = signed_in(make_member(practice))
    assert is_in(browser)
    hands.on(minutes=20)
    settings.change(practice.id, SYSTEM, idle_minutes=15)
    assert not is_in(browser)


@pytest.mark.parametrize("minutes", [4, 61, 0, "15", None, True])
def test_no_practice_can_have_it_outside_five_and_sixty(minutes: object) -> None:
    from carepost.practice.errors import Refused

    with pytest.raises(Refused):
        make_practice(idle_minutes=minutes)


def test_a_session_ends_after_twelve_hours_whatever_one_does(hands: Hands) -> None:
    browser = signed_in(make_member(make_practice()))
    for _ in range(71):
        hands.on(minutes=10)
        assert is_in(browser)
    hands.on(minutes=10)
    assert not is_in(browser)
    assert "12 hours" in browser.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    "headers", [{"X-Background": "1"}, {"Accept": "text/event-stream"}], ids=str
)
def test_what_a_page_asks_by_itself_keeps_no_session_alive(
    hands: Hands, headers: dict[str, str]
) -> None:
    browser = signed_in(make_member(make_practice()))
    for _ in range(2):
        hands.on(minutes=7)
        assert browser.get("/", headers=headers).status_code == 200
    hands.on(minutes=2)
    assert not is_in(browser)


def test_the_time_left_is_told_and_asking_keeps_nothing_alive(hands: Hands) -> None:
    browser = signed_in(make_member(make_practice()))
    hands.on(minutes=10)
    assert 299 <= browser.get("/sign-in/remaining").json()["seconds"] <= 300
    hands.on(minutes=4)
    told = browser.get("/sign-in/remaining").json()
    assert 59 <= told["seconds"] <= 60
    assert told["warn"] == 60
    assert re.fullmatch(r"[0-9a-f]{32}", told["who"])
    hands.on(minutes=2)
    assert browser.get("/sign-in/remaining").json() == {"seconds": 0, "warn": 60}


def test_one_may_stay(hands: Hands) -> None:
    browser = signed_in(make_member(make_practice()))
    hands.on(minutes=14)
    assert 899 <= browser.post("/sign-in/stay").json()["seconds"] <= 900
    hands.on(minutes=14)
    assert is_in(browser)


def test_nobody_stays_who_is_out(hands: Hands) -> None:
    browser = signed_in(make_member(make_practice()))
    hands.on(minutes=16)
    assert browser.post("/sign-in/stay").json()["seconds"] == 0
    assert not is_in(browser)
    assert make_browser().post("/sign-in/stay").json()["seconds"] == 0


def test_asking_how_long_from_a_link_changes_nothing() -> None:
    assert make_browser().get("/sign-in/stay").status_code == 405


def test_the_moment_is_written_at_most_once_a_minute(
    hands: Hands, django_assert_num_queries: object
) -> None:
    browser = signed_in(make_member(make_practice()))
    is_in(browser)
    before = browser.session["seen_at"]
    hands.on(seconds=59)
    is_in(browser)
    assert browser.session["seen_at"] == before
    hands.on(seconds=2)
    is_in(browser)
    assert browser.session["seen_at"] > before


def _places(browser: Browser) -> str:
    page = browser.get("/sign-in/sessions")
    assert page.status_code == 200
    return page.content.decode()


def test_the_list_tells_browsers_in_words() -> None:
    user = make_member(make_practice())
    browser = signed_in(user)
    signed_in(user, "198.51.100.7")
    page = _places(browser)
    assert page.count("Firefox on Windows") >= 2
    assert "198.51.100.7" in page
    assert FIREFOX not in page


def test_one_session_can_be_ended() -> None:
    practice = make_practice()
    user = make_member(practice)
    browser, other, third = signed_in(user), signed_in(user, "198.51.100.7"), signed_in(user)
    page = _places(browser)
    row = next(li for li in page.split("<li>") if "198.51.100.7" in li)
    key = re.search(r'value="(\d+)"', row)
    assert key
    browser.post("/sign-in/sessions", {"end": key[1]})
    assert (is_in(browser), is_in(other), is_in(third)) == (True, False, True)
    assert trail(practice, "session.end")[0]["detail"] == {"n": 1}


def test_all_others_can_be_ended() -> None:
    user = make_member(make_practice())
    browser, *others = [signed_in(user) for _ in range(3)]
    browser.post("/sign-in/sessions", {"end": "others"})
    assert is_in(browser)
    assert not any(is_in(other) for other in others)


def test_nobody_ends_anothers_session() -> None:
    practice = make_practice()
    browser, other = signed_in(make_member(practice)), signed_in(make_member(practice))
    from allauth.usersessions.models import UserSession

    for row in UserSession.objects.all():
        browser.post("/sign-in/sessions", {"end": str(row.pk)})
    browser.post("/sign-in/sessions", {"end": "1 or 1"})
    assert is_in(other)
    assert is_in(browser)


def test_a_member_of_several_practices_chooses_and_changes() -> None:
    north, south = make_practice("North"), make_practice("South")
    browser = signed_in(make_member(north, south))
    assert browser.get("/").headers["Location"] == "/sign-in/practice"
    page = browser.get("/sign-in/practice").content.decode()
    assert "North" in page
    assert "South" in page
    browser.post("/sign-in/practice", {"practice": str(south.id)})
    assert "South" in browser.get("/").content.decode()
    browser.post("/sign-in/practice", {"practice": str(north.id)})
    assert "North" in browser.get("/").content.decode()
    assert [len(trail(p, "practice.enter")) for p in (north, south)] == [1, 1]
    assert [len(trail(p, "practice.leave")) for p in (north, south)] == [0, 1]


def test_nobody_chooses_a_practice_that_is_not_theirs() -> None:
    north, south, other = (make_practice(name) for name in ("North", "South", "Other"))
    browser = signed_in(make_member(north, south))
    browser.post("/sign-in/practice", {"practice": str(other.id)})
    assert browser.get("/").headers["Location"] == "/sign-in/practice"


def test_who_left_every_practice_is_told_so() -> None:
    practice = make_practice()
    user = make_member(practice)
    browser = signed_in(user)
    with acting_for(practice.id):
        Member.objects.filter(user=user).update(active=False)
    assert browser.get("/").headers["Location"] == "/sign-in/nowhere"
    assert user.email in browser.get("/sign-in/nowhere").content.decode()
