"""What a language is to us: a table. To add one is to add a module like `en.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Style:
    """How one country writes a date and a time in a language.

    `date` and `date_with_year` may use {weekday}, {day}, {month}, {weekday_short}, {month_short}
    and {year}; `half_days` are the words for before and after noon, or None for a 24-hour clock.
    """

    date: str
    date_with_year: str
    half_days: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Language:
    """Everything a message needs to speak a language. Days begin with Monday, months with January.

    `styles` goes by country profile (US, CA, UK …); "" is for every other. `near` words a
    date that has a name, `zone_city` a zone by its city, and `zones` names zones by IANA name.
    `with_person` and `at_place` join a time to who and where. `unsubscribe` has {url}.
    """

    code: str
    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    today: str
    tomorrow: str
    near: str
    and_: str
    with_person: str
    at_place: str
    zone_city: str
    unsubscribe: str
    styles: Mapping[str, Style]
    zones: Mapping[str, str] = field(default_factory=dict)
