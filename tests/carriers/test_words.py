"""What a carrier said is kept short, and without what the message said."""

from __future__ import annotations

from urllib.parse import quote_plus

from hypothesis import given
from hypothesis import strategies as st

from carepost.carriers.words import CUT, LIMIT, told

WORDS = st.text("abcdeÄ ß.\n%+", max_size=60)


def test_what_does_not_quote_the_message_is_kept_whole() -> None:
    assert told("550 5.1.1 User unknown", texts=("Dear Ann, see you at ten",)) == (
        "550 5.1.1 User unknown"
    )


def test_a_quotation_is_cut_out_in_any_case_and_any_spacing() -> None:
    said = "rejected: 'DEAR ann,\r\n see you AT TEN' as spam"
    assert told(said, texts=("Dear Ann, see you at ten",)) == f"rejected: '{CUT}' as spam"


def test_a_quotation_in_url_form_is_cut_out() -> None:
    text = "Dear Ann, see you at ten"
    assert "see" not in told(f"bad form: Body={quote_plus(text)}&To=1", texts=(text,))


def test_a_short_message_is_cut_out_where_it_stands_whole() -> None:
    assert told("no: 'Ja!' is spam", texts=("Ja!",)) == f"no: '{CUT}' is spam"


def test_an_address_in_url_form_is_cut_out() -> None:
    assert "4155550199" not in told("To=%2B14155550199 is wrong", hidden=("+14155550199",))


@given(said=st.text(max_size=3000), texts=st.lists(st.text(max_size=200), max_size=3))
def test_it_is_one_line_of_at_most_500_characters(said: str, texts: list[str]) -> None:
    words = told(said, texts=texts, hidden=("secret",))
    assert len(words) <= LIMIT
    assert "\n" not in words
    assert "\r" not in words


@given(before=WORDS, text=st.text("abcdefgh ", min_size=30, max_size=80), after=WORDS)
def test_no_long_run_of_the_message_is_left(before: str, text: str, after: str) -> None:
    words = told(before + text + after, texts=(text,)).lower()
    plain = " ".join(text.split()).lower()
    for i in range(len(plain) - 12 + 1):
        assert plain[i : i + 12] not in words
