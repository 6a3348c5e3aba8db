"""Made-up facts: for previews, and for trying a template when it is saved."""

from __future__ import annotations

from datetime import UTC, datetime

from carepost.messaging.wording.fields import BY_KIND, OPTIONAL
from carepost.messaging.wording.moments import Visit, several, spoken

_NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
_VISIT = datetime(2026, 11, 25, 10, 30)  # wall time in the zone below
_OLD = datetime(2026, 11, 27, 14, 0)
_ZONES = {"US": "America/New_York"}
_PHONES = {"US": "(555) 555-0123"}


def full(
    kind: str, language: str = "en", country: str = "US", what: str = "moved"
) -> dict[str, dict[str, str]]:
    """Facts with every field of the kind filled in, as long as they usually are.

    `what` is for notices: booked, moved or cancelled. Raises KeyError for an unknown kind.
    """
    zone = _ZONES.get(country, "Europe/London")
    visit = Visit(_VISIT, zone, place="Harbour Street", practitioner="Dr Shaw")
    old = spoken(_OLD, zone, language, _NOW, country=country)
    everything = {
        "client": {"first_name": "Alexandra"},
        "practice": {
            "name": "Northside Family Med",
            "phone": _PHONES.get(country, "020 7946 0958"),
        },
        "appointment": {
            **several([visit], language, _NOW, country=country),
            "old_date": old.date,
            "old_time": old.time,
        },
        "notice": {"what": what},
    }
    return _only(everything, BY_KIND[kind])


def bare(
    kind: str, language: str = "en", country: str = "US", what: str = "moved"
) -> dict[str, dict[str, str]]:
    """The same facts with everything empty that a practice or a visit may lack."""
    facts = full(kind, language, country, what)
    for field in OPTIONAL & BY_KIND[kind]:
        root, _, leaf = field.partition(".")
        facts[root][leaf] = ""
    return facts


def _only(facts: dict[str, dict[str, str]], fields: frozenset[str]) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = {}
    for root, leaves in facts.items():
        chosen = {leaf: text for leaf, text in leaves.items() if f"{root}.{leaf}" in fields}
        if chosen:
            kept[root] = chosen
    return kept
