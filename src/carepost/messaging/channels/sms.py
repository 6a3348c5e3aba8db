"""How a text fares as an SMS: its encoding, what it is billed as, and which characters cost extra.

Sources: 3GPP TS 23.038 (the GSM 7-bit default alphabet and its extension table) and TS 23.040
(a concatenated message gives 7 of each segment's septets, or 6 of its octets, to its header).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from carepost.messaging.channels.sms_alphabet import (
    BASIC,
    EXTENSION,
    plain_letter,
    plain_typography,
)


class Encoding(StrEnum):
    """How a carrier writes the text on the air."""

    GSM = "gsm-7"  # units are septets; an extension character takes two
    UCS2 = "ucs-2"  # units are UTF-16 code units


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `segments` is what carriers bill; an empty text has none.

    `odd` lists what keeps the text out of GSM: index in the text, the character, and a plain
    replacement, or None where there is none. Empty when the encoding is GSM.
    """

    encoding: Encoding
    segments: int
    units: int
    odd: tuple[tuple[int, str, str | None], ...] = ()


# RULES D1: units in a message of one segment, and in each segment of a longer one.
ALONE = {Encoding.GSM: 160, Encoding.UCS2: 70}
JOINED = {Encoding.GSM: 153, Encoding.UCS2: 67}

_only_basic = re.compile(f"[{re.escape(BASIC)}]*").fullmatch
_only_gsm = re.compile(f"[{re.escape(BASIC + EXTENSION)}]*").fullmatch
_extension = re.compile(f"[{re.escape(EXTENSION)}]")
_odd = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_astral = re.compile("[\U00010000-\U0010ffff]")


def measure(text: str) -> Segments:
    """Count a text as carriers do (RULES D1), without changing it.

    An escape pair or a surrogate pair never straddles two segments: the unit left over is lost.
    """
    length = len(text)
    if _only_basic(text):
        return Segments(Encoding.GSM, _split_evenly(length, Encoding.GSM), length)
    if _only_gsm(text):
        doubles = [match.start() for match in _extension.finditer(text)]
        return _with_doubles(Encoding.GSM, length, doubles, ())
    odd = tuple((m.start(), m.group(), plain_letter(m.group())) for m in _odd.finditer(text))
    doubles = [match.start() for match in _astral.finditer(text)]
    return _with_doubles(Encoding.UCS2, length, doubles, odd)


def plain(text: str, *, letters: bool = False) -> str:
    """The same text with smart quotes, dashes, odd spaces and the like as GSM has them.

    `letters`: accented letters that GSM lacks lose their accent too ("sábado" becomes "sabado"),
    which keeps a Spanish text at the price of one segment. What has no plain form stays. A text
    that is already GSM comes back untouched.
    """
    if _only_gsm(text):
        return text
    replacement = plain_letter if letters else plain_typography
    # NFC first: "e" with a combining accent is the one GSM letter "é".
    composed = unicodedata.normalize("NFC", text)
    return _odd.sub(lambda match: _or_itself(replacement(match.group()), match), composed)


def _or_itself(replacement: str | None, match: re.Match[str]) -> str:
    return match.group() if replacement is None else replacement


def _split_evenly(units: int, encoding: Encoding) -> int:
    if units <= ALONE[encoding]:
        return 1 if units else 0
    return -(-units // JOINED[encoding])


def _with_doubles(
    encoding: Encoding,
    length: int,
    doubles: list[int],
    odd: tuple[tuple[int, str, str | None], ...],
) -> Segments:
    """Count where the characters at the indexes `doubles` take two units and cannot be cut."""
    units = length + len(doubles)
    if units <= ALONE[encoding] or not doubles:
        return Segments(encoding, _split_evenly(units, encoding), units, odd)
    room = JOINED[encoding]
    lost = 0
    for nth, index in enumerate(doubles):
        # The unit at which this pair begins, counting those lost at earlier boundaries.
        if (index + nth + lost) % room == room - 1:
            lost += 1
    return Segments(encoding, -(-(units + lost) // room), units, odd)
