"""Plain text as HTML, read back by a parser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.messaging.channels.email_html import html_of


class Page(HTMLParser):
    """The tags, links, language and body text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.langs: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.langs += [value or "" for name, value in attrs if name == "lang"]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: c not in "\x00\r")))
def test_every_word_is_shown_and_nothing_is_markup(text: str) -> None:
    page = Page(html_of(text))
    assert "".join(page.text.split()) == "".join(text.split())
    assert set(page.tags) <= {"html", "head", "meta", "title", "body", "div", "p", "br", "a"}


def test_blank_lines_part_paragraphs_and_line_ends_stay() -> None:
    page = html_of("Hello,\r\n\r\nDate: x\nTime: y\n \n\nBye\n")
    assert Page(page).tags.count("p") == 3
    assert "Date: x<br>\nTime: y</p>" in page


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x?b=1&c=2)", "https://a.example/x?b=1&c=2"),
        ('"https://a.example", he said', "https://a.example"),
        ("https://a.example/<b>", "https://a.example/"),
    ],
)
def test_an_https_address_is_a_link_without_the_sentence_around_it(text: str, link: str) -> None:
    page = Page(html_of(text))
    assert page.links == [link]
    assert text in page.text


@pytest.mark.parametrize("text", ["http://a.example", "javascript:alert(1)", "https://", "x@y.z"])
def test_nothing_else_is_a_link(text: str) -> None:
    assert Page(html_of(text)).links == []


def test_the_language_is_told_to_screen_readers_and_a_false_one_is_not_markup() -> None:
    assert Page(html_of("Hola", lang="es-MX")).langs == ["es-MX", "es-MX"]
    assert Page(html_of("Hola", lang='"><script>')).langs == ["und", "und"]


def test_the_title_is_escaped() -> None:
    assert "<title>A &amp; B &lt;x&gt;</title>" in html_of("x", title="A & B <x>")


def test_lines_have_a_readable_width_and_no_picture_is_fetched() -> None:
    page = html_of("x")
    assert "max-width:36em" in page
    assert "src=" not in page
    assert "url(" not in page
