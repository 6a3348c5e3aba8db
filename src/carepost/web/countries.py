"""What countries are called, as the time zone data that comes with us names them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import phonenumbers

_UNLISTED = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}
"""Those that have telephone numbers, and no code of ISO 3166."""


@cache
def choices() -> list[tuple[str, str]]:
    """Code and name, with the telephone code, of each country whose numbers we can read."""
    named = {code: name for code, name in _listed() if code in phonenumbers.SUPPORTED_REGIONS}
    return sorted(
        (
            (code, f"{name} (+{phonenumbers.country_code_for_region(code)})")
            for code, name in {**_UNLISTED, **named}.items()
        ),
        key=lambda choice: choice[1],
    )


def _listed() -> list[tuple[str, str]]:
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    pairs = (line.partition("\t") for line in lines if not line.startswith("#"))
    return [(code, name) for code, _, name in pairs]
