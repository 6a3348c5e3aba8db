"""The templates that a practice begins with, as data: by language, kind, channel, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepost.messaging.wording.defaults.en import ENGLISH
from carepost.messaging.wording.defaults.es import SPANISH
from carepost.messaging.wording.defaults.table import DefaultTemplate, Key

if TYPE_CHECKING:
    from carepost.messaging.carrier import Channel

__all__ = ["ALL", "DefaultTemplate", "NoDefault", "find"]

ALL: dict[str, dict[Key, DefaultTemplate]] = {"en": ENGLISH, "es": SPANISH}


class NoDefault(LookupError):
    """There is no default wording for this kind, channel and event."""


def find(kind: str, channel: Channel | str, language: str, what: str = "") -> DefaultTemplate:
    """The default template; in English where the language (a BCP 47 tag) has none.

    `what` is booked, moved or cancelled for `appointment_notice`, else "". `subject` is "" where
    the channel has none. Raises NoDefault.
    """
    primary = language.replace("_", "-").partition("-")[0].lower()
    key = (kind, str(channel), what)
    found = ALL.get(primary, ENGLISH).get(key) or ENGLISH.get(key)
    if found is None:
        raise NoDefault(f"no default wording for {kind} by {channel} {what}".rstrip())
    return found
