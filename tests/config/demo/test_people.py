"""The demo's clients: nobody real, and some of each sort that a practice has."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from carepost.config.demo import people
from carepost.people import addresses

EVERYONE = people.everyone(400)


def test_each_is_the_same_at_every_start_however_many_there_are() -> None:
    assert people.everyone(400) == EVERYONE
    assert people.everyone(900)[:400] == EVERYONE


def test_numbers_are_of_the_range_for_fiction_and_as_we_keep_them() -> None:
    for person in people.everyone(20_000):
        if person.phone:
            assert re.fullmatch(r"\+1[2-9]\d{2}55501\d{2}", person.phone)
    one = EVERYONE[0].phone
    assert addresses.normal("phone", one, "US") == one


def test_email_addresses_are_as_we_keep_them_and_nobody_shares_one() -> None:
    emails = [p.email for p in EVERYONE if p.email]

    assert len(set(emails)) == len(emails)
    assert all(addresses.normal("email", value, "US") == value for value in emails)


def test_names_are_of_several_languages_two_of_them_not_in_latin_letters() -> None:
    letters = "".join(p.first_name + p.last_name for p in EVERYONE)

    assert re.search("[\u4e00-\u9fff]", letters)
    assert re.search("[\u0400-\u04ff]", letters)
    assert re.search("[áéíóúñ]", letters)
    assert {"es", "fr"} <= {p.language for p in EVERYONE}


def test_households_share_a_number() -> None:
    shared = Counter(p.phone for p in EVERYONE if p.phone)

    assert sum(count > 1 for count in shared.values()) >= 20


def test_there_are_all_ages() -> None:
    born = sorted(p.birth_date for p in EVERYONE)

    assert born[0] < date(1945, 1, 1)
    assert born[-1] > date(2015, 1, 1)


def test_some_of_each_trouble_are_there_and_most_have_none() -> None:
    found = Counter(p.trouble for p in EVERYONE)

    assert set(found) == {"", *people.TROUBLES}
    assert found[""] > 350
    for person in EVERYONE:
        if person.trouble == "unreachable":
            assert not person.phone
            assert not person.email
        elif person.trouble:
            assert person.phone
