"""Pages of which a part is asked for: htmx says which by HX-Target, and the frame stays away."""

from __future__ import annotations

import pytest

from carepost.web.templatetags.carepost import options
from tests.builders import make_client, make_practice
from tests.web.desk import browser_of

pytestmark = pytest.mark.django_db


def test_a_list_alone_comes_without_the_frame_and_with_the_pages_title() -> None:
    practice = make_practice()
    make_client(practice, "Ann")
    browser = browser_of(practice)

    part = browser.get("/clients/?q=ann", headers={"HX-Target": "clients"}).content.decode()
    whole = browser.get("/clients/?q=ann").content.decode()

    assert part.startswith("<title>")
    assert 'id="clients"' in part
    assert "Ann" in part
    assert "<nav" in whole
    assert 'class="rail"' not in part


def test_what_is_to_be_said_waits_for_a_whole_page() -> None:
    browser = browser_of(make_practice())
    browser.post("/clients/new", {"first_name": "Ann"})

    part = browser.get("/clients/", headers={"HX-Target": "clients"}).content.decode()
    whole = browser.get("/clients/").content.decode()

    assert "Ann is a client now." not in part
    assert "Ann is a client now." in whole


def test_words_that_fit_nobody_list_no_message() -> None:
    answer = browser_of(make_practice()).get("/messages/?q=zzzzqq")

    assert answer.status_code == 200
    assert answer.context["page"].total == 0
    assert answer.context["counts"] == []


def test_what_is_in_an_option_is_text() -> None:
    group = [{"value": '"><b>', "label": "<i>", "selected": True}]

    assert options([("A&B", group, 0)]) == (
        '<optgroup label="A&amp;B"><option value="&quot;&gt;&lt;b&gt;" selected>&lt;i&gt;</option>'
        "</optgroup>"
    )
