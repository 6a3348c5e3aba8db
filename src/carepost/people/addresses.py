"""Contact points written the one way, by their system, and which system a channel goes by."""

from __future__ import annotations

from carepost.people.models import System
from carepost.practice import addresses, fields
from carepost.practice.errors import Refused

SYSTEMS = tuple(System.values)
SYSTEM_OF = {"sms": "phone", "voice": "phone", "fax": "fax", "email": "email"}
"""The contact point that a channel goes to."""


def normal(system: str, value: str, country: str, field: str = "value") -> str:
    """A phone or fax number in E.164, or an email address in lower case.

    `system`: phone, fax, email; `country` (ISO 3166-1): how a number without + is read. Raises
    Refused for anything that nobody can be reached by.
    """
    system = fields.one_of(system, "system", SYSTEMS)
    line = fields.text(value, field, most=320, required=True)
    if system == System.EMAIL:
        return addresses.email(line, field)
    return addresses.number(line, country, field)


def of_channel(channel: str, value: str, country: str, field: str = "address") -> str:
    """The same, by the channel that would go there: sms, voice, fax, email. Raises Refused."""
    system = SYSTEM_OF.get(channel)
    if system is None:
        raise Refused("Write one of: sms, voice, fax, email.", "channel")
    return normal(system, value, country, field)
