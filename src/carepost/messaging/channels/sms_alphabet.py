"""The letters of an SMS: 3GPP TS 23.038's alphabet, and plain stand-ins for what it lacks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# TS 23.038, 6.2.1: the default alphabet, row by row (the escape character left out).
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# TS 23.038, 6.2.1.1: reached by an escape, so each takes two septets.
EXTENSION = "\f^{}\\[~]|€"

_GSM = frozenset(BASIC + EXTENSION)

_TYPOGRAPHY: dict[str, str] = {
    **dict.fromkeys("‘’‚‛′‹›ʹʼ`´", "'"),  # noqa: RUF001
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),  # noqa: RUF001
    **dict.fromkeys("•·∙●▪", "-"),
    **dict.fromkeys("\u00a0\u1680\u2007\u202f\u205f\u3000\t", " "),
    **{chr(code): " " for code in range(0x2000, 0x200B)},
    # Invisible. The joiners U+200C and U+200D stay: emoji and Persian need them.
    **dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\ufeff", ""),
    **dict.fromkeys("\u2028\u2029\u0085\u000b", "\n"),
    "…": "...",
    "×": "x",  # noqa: RUF001
    "™": "(TM)",
    "©": "(c)",
    "®": "(R)",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "º": "o",
    "ª": "a",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "№": "No.",
}
# Letters that Unicode does not take apart into a base and a mark.
_LETTERS = {"Œ": "OE", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ð": "d"}  # noqa: RUF001


def plain_typography(char: str) -> str | None:
    """A GSM stand-in for a quote, dash, space or sign; None where there is none."""
    return _TYPOGRAPHY.get(char)


@lru_cache(maxsize=4096)
def plain_letter(char: str) -> str | None:
    """A GSM stand-in for any character, letters without their accents included; None if none."""
    known = _TYPOGRAPHY.get(char, _LETTERS.get(char))
    if known is not None:
        return known
    base = "".join(
        part for part in unicodedata.normalize("NFD", char) if not unicodedata.combining(part)
    )
    return base if base and base != char and _GSM.issuperset(base) else None
