"""Every word on the staff's pages that is no data of the practice passes the translation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import pytest
from django.utils import translation

from carepost.appointments.models import AppointmentType, Import, Place, Practitioner
from carepost.messaging.models import Template
from carepost.people.models import Client, Contact
from carepost.practice.models import ApiToken, Member
from carepost.practice.tenancy import acting_for
from carepost.web import countries
from carepost.web.templatetags.carepost import _clock_at
from tests.web.desk import browser_of
from tests.web.everything import everything
from tests.web.reading import Reading
from tests.web.walk import crawl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

pytestmark = pytest.mark.django_db

TRANSLATED = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
SECRET = re.compile(r"\b[A-Z2-7]{32}\b")  # of an authenticator app
COUNTRY = re.compile("|".join(re.escape(name) for _, name in countries.choices()))
ADDRESS = re.compile(r"\S+@\S+|\b[\w-]+\.(test|csv|com)\b")
ZONE = re.compile(
    "|".join(sorted((zone.replace("_", "[_ ]") for zone in available_timezones()), reverse=True))
)
BETWEEN = "\x1f"
PROPER = {"Carepost", "Twilio", "STARTTLS", "TLS", "CSV", "API", "SMS"}
"""Names, which are the same in every language."""


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which each translated text stands in brackets."""
    real = translation._trans
    for name in ("gettext", "pgettext", "ngettext", "npgettext"):
        monkeypatch.setattr(real, name, _bracketed(getattr(real, name)))
    _clock_at.cache_clear()  # times are kept by language, and this is none
    yield
    _clock_at.cache_clear()


def _bracketed(translate):
    def bracket(*given: object) -> str:
        said = translate(*given)
        return f"⟦{said}⟧" if said else said

    return bracket


def names_of(practice_id: UUID) -> Iterator[str]:
    """What members of the practice wrote: no program translates it."""
    with acting_for(practice_id):
        for model in (AppointmentType, Place, Practitioner, Member, ApiToken):
            yield from model.objects.values_list("name", flat=True)
        for model in (Client, Contact):
            for row in model.objects.values_list("first_name", "last_name"):
                yield from row
        yield from Template.objects.values_list("body", flat=True)
        yield from Import.objects.values_list("source", flat=True)


def untranslated(page: str, names: set[str]) -> list[str]:
    """The texts of a page that have words outside brackets, other than names and addresses."""
    text = BETWEEN.join(Reading(page).words)
    while TRANSLATED.search(text):
        text = TRANSLATED.sub(" ", text)
    for proper in (ADDRESS, ZONE, COUNTRY, SECRET):
        text = proper.sub(" ", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    found = (piece.strip() for piece in text.split(BETWEEN))
    return [piece for piece in found if any(w not in PROPER for w in WORD.findall(piece))]


@pytest.mark.usefixtures("marked")
def test_every_word_passes_the_translation() -> None:
    world = everything()
    browser = browser_of(world.practice)
    names = {world.practice.name, *filter(None, names_of(world.practice.id))}

    wrong = {
        said: address for address, page in crawl(browser) for said in untranslated(page, names)
    }

    assert not wrong, "\n".join(f"{address}: {said}" for said, address in wrong.items())
