"""The default wording: it compiles, fits, reads well with less, and tells no more than it may."""

from __future__ import annotations

import re

import pytest

from carepost.messaging.carrier import Channel
from carepost.messaging.channels.sms import Encoding, measure, plain
from carepost.messaging.wording import defaults, samples
from carepost.messaging.wording.fields import BY_KIND
from carepost.messaging.wording.footer import with_unsubscribe
from carepost.messaging.wording.template import compile_

EVERY = [(language, *key) for language, table in defaults.ALL.items() for key in sorted(table)]
COUNTRIES = {"en": ["US", "UK", "IE", "CA", "AU", "NZ"], "es": ["US", "EU"]}
EVERY_TEXT = [
    (*each, country) for each in EVERY if each[2] == "sms" for country in COUNTRIES[each[0]]
]


def write(
    language: str, kind: str, channel: str, what: str, country: str, *, bare: bool = False
) -> tuple[str, str]:
    template = defaults.find(kind, channel, language, what)
    facts = (samples.bare if bare else samples.full)(kind, language, country, what)
    fields = BY_KIND[kind]
    return (
        compile_(template.subject, fields).render(facts),
        compile_(template.body, fields).render(facts),
    )


def test_both_languages_have_the_same_templates() -> None:
    assert defaults.ALL["en"].keys() == defaults.ALL["es"].keys()
    assert len(defaults.ALL["en"]) == 8


@pytest.mark.parametrize(("language", "kind", "channel", "what"), EVERY)
@pytest.mark.parametrize("bare", [False, True])
def test_each_renders_without_holes(
    language: str, kind: str, channel: str, what: str, bare: bool
) -> None:
    _, body = write(language, kind, channel, what, "US", bare=bare)
    assert "{" not in body
    assert re.search(r"  |\n\n\n|\.\.| [,.]|, ?[.,]|\( ?\)|: ?\.", body) is None
    assert body == body.strip()


@pytest.mark.parametrize(("language", "kind", "channel", "what"), EVERY)
def test_each_is_rendered_the_quick_way(language: str, kind: str, channel: str, what: str) -> None:
    template = defaults.find(kind, channel, language, what)
    assert compile_(template.body, BY_KIND[kind]).quick


@pytest.mark.parametrize(("language", "kind", "channel", "what", "country"), EVERY_TEXT)
def test_an_sms_with_usual_names_is_one_gsm_segment(
    language: str, kind: str, channel: str, what: str, country: str
) -> None:
    facts = samples.full(kind, language, country, what)
    assert len(facts["practice"]["name"]) == 20
    assert len(facts["appointment"]["place"]) >= 14
    _, body = write(language, kind, channel, what, country)
    size = measure(body)
    assert (size.encoding, size.segments) == (Encoding.GSM, 1), body


@pytest.mark.parametrize(("language", "kind", "channel", "what"), EVERY)
def test_practice_date_and_time_are_named_and_the_practitioner_is_not(
    language: str, kind: str, channel: str, what: str
) -> None:
    facts = samples.full(kind, language, "US", what)
    _, body = write(language, kind, channel, what, "US")
    visit = facts["appointment"]
    for text in (facts["practice"]["name"], visit["date"], visit["time"]):
        assert text in body
    assert visit["practitioner"] not in body
    if what == "moved":
        assert visit["old_date"] in body
        assert visit["old_time"] in body


@pytest.mark.parametrize(("language", "kind", "channel", "what"), EVERY)
def test_the_phone_is_given_only_where_there_is_one(
    language: str, kind: str, channel: str, what: str
) -> None:
    assert "(555) 555-0123" in write(language, kind, channel, what, "US")[1]
    assert "call" not in write(language, kind, channel, what, "US", bare=True)[1].lower()


@pytest.mark.parametrize(("language", "kind", "channel", "what"), EVERY)
def test_a_subject_names_the_practice_and_nothing_of_the_visit(
    language: str, kind: str, channel: str, what: str
) -> None:
    template = defaults.find(kind, channel, language, what)
    used = {"practice.name"} if channel == "email" else set()
    assert compile_(template.subject, BY_KIND[kind]).fields == used


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sms_reminder_says_how_to_stop(language: str) -> None:
    assert " STOP " in write(language, "appointment_reminder", "sms", "", "US")[1]


@pytest.mark.parametrize(("language", "kind", "channel", "what"), EVERY)
def test_no_text_invites_the_word_cancel(language: str, kind: str, channel: str, what: str) -> None:
    body = write(language, kind, channel, what, "US")[1]
    assert re.search(r"\bcancel(ar)?\b", body, re.IGNORECASE) is None


def test_a_spanish_saturday_costs_one_segment_once_its_accent_is_dropped() -> None:
    body = write("es", "appointment_reminder", "sms", "", "US")[1].replace("mié", "sáb")
    assert measure(body).segments > 1
    assert measure(plain(body, letters=True)).segments == 1


def test_a_language_tag_finds_its_language_and_an_unknown_one_english() -> None:
    spanish = defaults.find("appointment_reminder", Channel.SMS, "es")
    assert defaults.find("appointment_reminder", Channel.SMS, "es-MX") is spanish
    english = defaults.find("appointment_reminder", Channel.SMS, "en")
    assert defaults.find("appointment_reminder", Channel.SMS, "xx") is english


@pytest.mark.parametrize(
    ("kind", "channel", "what"),
    [
        ("appointment_reminder", "fax", ""),
        ("nothing", "sms", ""),
        ("appointment_notice", "sms", ""),
    ],
)
def test_what_has_no_default_is_refused(kind: str, channel: str, what: str) -> None:
    with pytest.raises(defaults.NoDefault):
        defaults.find(kind, channel, "es", what)


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_sample_facts_hold_exactly_the_fields_of_the_kind(kind: str) -> None:
    for facts in (samples.full(kind), samples.bare(kind)):
        assert {f"{root}.{leaf}" for root in facts for leaf in facts[root]} == BY_KIND[kind]
    assert all(text for leaves in samples.full(kind).values() for text in leaves.values())


def test_an_email_ends_with_the_way_to_stop_them() -> None:
    assert with_unsubscribe("Bye\n", "https://a.example/u", "es").endswith(": https://a.example/u")
    assert with_unsubscribe("Bye\n", "", "es") == "Bye\n"
