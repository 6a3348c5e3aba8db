"""How many segments a text takes on the air (GSM 03.38, 3GPP TS 23.038 section 6.2.1)."""

from __future__ import annotations

from math import ceil

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")  # each takes an escape before it: two septets


def segments(body: str) -> int:
    """Return the number of SMS segments of `body`: 160/153 septets, else 70/67 UTF-16 units."""
    letters = set(body)
    if letters <= _BASIC:
        units, single, joined = len(body), 160, 153
    elif letters <= _BASIC | _EXTENDED:
        units = len(body) + sum(body.count(letter) for letter in _EXTENDED)
        single, joined = 160, 153
    else:
        units, single, joined = len(body.encode("utf-16-le", "surrogatepass")) // 2, 70, 67
    return 1 if units <= single else ceil(units / joined)
