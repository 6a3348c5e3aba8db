"""A browser and its machine in plain words, from its User-Agent line."""

from __future__ import annotations

from django.utils.translation import gettext as _

# The first that is found counts: many browsers also call themselves by others' names.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def in_words(user_agent: str) -> str:
    """As "Firefox on Windows"; "A browser" for what is not known."""
    browser = _first(_BROWSERS, user_agent)
    machine = _first(_MACHINES, user_agent)
    if browser and machine:
        return _("%(browser)s on %(machine)s") % {"browser": browser, "machine": machine}
    return browser or machine or _("A browser")


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((word for mark, word in names if mark in user_agent), "")
