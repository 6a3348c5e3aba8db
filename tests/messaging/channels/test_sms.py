"""What a text costs as an SMS, checked against a count made one unit at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.messaging.channels.sms import Encoding, measure, plain

# 3GPP TS 23.038, 6.2.1, by code, the way the standard's table is drawn (independent of ours).
BY_CODE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = "\f^{}\\[~]|€"
GSM = BY_CODE.replace("\x1b", "") + DOUBLE


def segments_by_filling(costs: list[int], alone: int, joined: int) -> int:
    """Fill segments one character at a time, as an encoder does."""
    if sum(costs) <= alone:
        return 1 if costs else 0
    segments, room = 1, joined
    for cost in costs:
        if cost > room:
            segments, room = segments + 1, joined
        room -= cost
    return segments


def test_the_alphabet_has_128_codes_of_which_one_is_the_escape() -> None:
    assert len(BY_CODE) == 128
    assert measure(BY_CODE.replace("\x1b", "")).encoding is Encoding.GSM
    assert measure("\x1b").encoding is Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "segments", "units"),
    [
        ("", 0, 0),
        ("a" * 160, 1, 160),
        ("a" * 161, 2, 161),
        ("a" * 306, 2, 306),
        ("a" * 307, 3, 307),
        ("€" * 80, 1, 160),
        ("€" * 81, 2, 162),
        # Segment one holds 152 and a half pair does not fit: 153 pairs need 3 segments, not 2.
        ("€" * 153, 3, 306),
        ("a" * 152 + "€" + "a" * 152, 3, 306),
        ("a" * 151 + "€" + "a" * 153, 2, 306),
    ],
)
def test_gsm_text_is_billed_by_160_alone_and_153_joined(
    text: str, segments: int, units: int
) -> None:
    got = measure(text)
    assert (got.encoding, got.segments, got.units) == (Encoding.GSM, segments, units)
    assert got.odd == ()


@pytest.mark.parametrize(
    ("text", "segments", "units"),
    [
        ("ж" * 70, 1, 70),
        ("ж" * 71, 2, 71),
        ("ж" * 134, 2, 134),
        ("ж" * 135, 3, 135),
        ("😀" * 35, 1, 70),
        ("😀" * 36, 2, 72),
        ("😀" * 67, 3, 134),
        ("ж" * 66 + "😀" + "ж" * 66, 3, 134),
    ],
)
def test_other_text_is_billed_by_70_alone_and_67_joined_in_utf16_units(
    text: str, segments: int, units: int
) -> None:
    got = measure(text)
    assert (got.encoding, got.segments, got.units) == (Encoding.UCS2, segments, units)


@given(st.text(st.sampled_from("ab€^~\n"), max_size=700))
def test_an_escape_pair_is_never_split(text: str) -> None:
    costs = [2 if char in DOUBLE else 1 for char in text]
    got = measure(text)
    assert got.units == sum(costs)
    assert got.segments == segments_by_filling(costs, 160, 153)


@given(st.text(st.sampled_from("aж😀😉€"), max_size=400))
def test_a_surrogate_pair_is_never_split(text: str) -> None:
    text += "ж"
    costs = [len(char.encode("utf-16-be")) // 2 for char in text]
    got = measure(text)
    assert got.units == sum(costs)
    assert got.segments == segments_by_filling(costs, 70, 67)


@given(st.text(st.one_of(st.sampled_from(GSM + "\u2019—á"), st.characters()), max_size=300))
def test_exactly_the_characters_outside_gsm_are_odd(text: str) -> None:
    got = measure(text)
    assert [(index, char) for index, char, _ in got.odd] == [
        (index, char) for index, char in enumerate(text) if char not in GSM
    ]
    assert (got.encoding is Encoding.GSM) == (not got.odd)


def test_the_one_character_that_doubles_the_price_is_pointed_at_with_a_plain_one() -> None:
    text = "a" * 80 + "\u2019" + "a" * 70
    assert measure(text).segments == 3
    assert measure(text).odd == ((80, "\u2019", "'"),)
    assert measure(plain(text)).segments == 1


def test_a_character_without_a_plain_form_is_odd_without_an_offer() -> None:
    assert measure("ж😀").odd == ((0, "ж", None), (1, "😀", None))


def test_typography_becomes_plain_and_letters_stay() -> None:
    text = "“Can\u2019t” — wait…\u00a0sábado"
    assert plain(text) == '"Can\'t" - wait... sábado'
    assert plain(text, letters=True) == '"Can\'t" - wait... sabado'


def test_letters_that_gsm_has_keep_their_accent() -> None:
    assert plain("Søren, mañana, é — ç", letters=True) == "Søren, mañana, é - c"
    assert plain("e\u0301 —") == "é -"


def test_emoji_joined_by_an_invisible_joiner_stay_whole() -> None:
    family = "👨\u200d👩\u200d👧"
    assert plain(family, letters=True) == family


@given(st.text(), st.booleans())
def test_making_plain_is_done_after_once(text: str, letters: bool) -> None:
    once = plain(text, letters=letters)
    assert plain(once, letters=letters) == once


@given(st.text(st.sampled_from(GSM)))
def test_gsm_text_is_left_alone(text: str) -> None:
    assert plain(text, letters=True) is text


@given(st.text())
def test_every_offered_replacement_is_gsm(text: str) -> None:
    for _, _, replacement in measure(text).odd:
        assert replacement is None or set(replacement) <= set(GSM)
