"""The languages that messages speak, each a table of words."""

from __future__ import annotations

from carepost.messaging.wording.languages.en import ENGLISH
from carepost.messaging.wording.languages.es import SPANISH
from carepost.messaging.wording.languages.table import Language, Style

__all__ = ["LANGUAGES", "Language", "Style", "language_of"]

LANGUAGES = {each.code: each for each in (ENGLISH, SPANISH)}


def language_of(tag: str) -> Language:
    """The table for a BCP 47 tag ("es-MX" finds Spanish); English where there is none."""
    found = LANGUAGES.get(tag)
    if found is None:
        found = LANGUAGES.get(tag.replace("_", "-").partition("-")[0].lower(), ENGLISH)
    return found
