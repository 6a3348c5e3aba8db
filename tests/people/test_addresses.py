"""Numbers and email addresses, written one way each."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.people.addresses import normal, of_channel
from carepost.practice.errors import Refused


@pytest.mark.parametrize(
    ("written", "country", "e164"),
    [
        ("(212) 736-5000", "US", "+12127365000"),
        ("1-212-736-5000", "US", "+12127365000"),
        ("+1 212 736 5000", "GB", "+12127365000"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("212-555-0123", "US", "+12125550123"),
        ("(555) 555-0123", "US", "+15555550123"),  # set aside for fiction: no such area
        ("+15555550199", "FR", "+15555550199"),
    ],
)
def test_a_number_is_kept_in_e164_however_it_is_written(
    written: str, country: str, e164: str
) -> None:
    assert normal("phone", written, country) == e164
    assert normal("fax", f"  {written} ", country) == e164


@pytest.mark.parametrize(
    "written",
    [
        "",
        "none",
        "5",
        "555-0123",
        "+1 555 555 0200",
        "+1 111 111 1111",
        "2127365000 x12",
        "+",
        "\0",
    ],
)
def test_what_nobody_can_be_reached_by_is_refused(written: str) -> None:
    with pytest.raises(Refused) as refused:
        normal("phone", written, "US")
    assert refused.value.field == "value"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("ann+visits@mail.example.org", "ann+visits@mail.example.org"),
        (" ann@people.test ", "ann@people.test"),
        ("ann@bücher.example.com", "ann@bücher.example.com"),
    ],
)
def test_an_email_address_is_kept_in_lower_case(written: str, kept: str) -> None:
    assert normal("email", written, "US") == kept


@pytest.mark.parametrize(
    "written",
    ["", "ann", "ann@", "@example.com", "a b@example.com", "ann@localhost", "Ann <ann@example.com>",
     "ann@example..com", f"{'a' * 65}@example.com", f"a@{'b' * 60}.{'c' * 250}.com"],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(written: str) -> None:
    with pytest.raises(Refused):
        normal("email", written, "US")


def test_an_unknown_system_or_channel_is_refused() -> None:
    for ask in (normal, of_channel):
        with pytest.raises(Refused):
            ask("pigeon", "+12127365000", "US")


@given(st.sampled_from(["phone", "fax", "email"]), st.text(max_size=60))
def test_any_text_is_refused_or_kept_in_a_way_that_stays(system: str, text: str) -> None:
    with suppress(Refused):
        kept = normal(system, text, "US")
        assert normal(system, kept, "US") == kept


def test_a_refusal_does_not_repeat_what_was_given() -> None:
    for system, given_ in (("phone", "12127365"), ("email", "ann.field"), ("fax", "ann.field")):
        with pytest.raises(Refused) as refused:
            normal(system, given_, "US")
        assert given_ not in str(refused.value)


@given(st.integers(2_000_000_000, 9_999_999_999), st.sampled_from(["US", "CA", "GB"]))
def test_a_number_in_e164_is_kept_as_it_is_in_every_country(digits: int, country: str) -> None:
    written = f"+1{digits}"
    with suppress(Refused):
        assert normal("phone", written, country) == written
