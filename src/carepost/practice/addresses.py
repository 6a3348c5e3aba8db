"""How a number and an email address are written: one way each, so that equal ones are equal."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from carepost.practice.errors import Refused

# 555-0100 to 555-0199 of every area are set aside for fiction (NANPA): nobody has them, so people
# try things out with them.
_FICTITIOUS = re.compile(r"\+1[2-9]\d{2}55501\d{2}")
_NUMBER = "Write a phone number with its area code, or with + and its country's code."


def number(value: str, country: str, field: str = "phone") -> str:
    """A phone or fax number in E.164, as people of `country` (ISO 3166-1) write it.

    Raises Refused for what no one can have, and for one with an extension: it cannot be reached by
    dialling the rest.
    """
    try:
        parsed = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        raise Refused(_NUMBER, field) from None
    if parsed.extension:
        raise Refused("Write the number without an extension.", field)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if _FICTITIOUS.fullmatch(e164):
        return e164
    if not (phonenumbers.is_possible_number(parsed) and phonenumbers.is_valid_number(parsed)):
        raise Refused(_NUMBER, field)
    return e164


def email(value: str, field: str = "email") -> str:
    """An email address (RFC 5322, without its name), in lower case. Asks no name server.

    In lower case throughout: no provider that people use tells ANN from ann (RFC 5321 2.4 lets
    one), and a stop by the one must hold for the other. Raises Refused.
    """
    try:
        # Names under .test (RFC 6761) are for trying things out.
        kept = validate_email(
            value.strip(), check_deliverability=False, test_environment=True, strict=True
        )
    except EmailNotValidError:
        raise Refused("Write an email address, such as ann@example.com.", field) from None
    address = kept.normalized.lower()
    if len(address) > 254:
        raise Refused("Write an email address of at most 254 characters.", field)
    return address
