"""What a carrier said, made fit to be kept: short, and free of the message, its address, secrets.

Carriers quote what they were sent ("rejected: 'Dear Ann …'"). `Answer.words` is read by staff and
may reach an alert, so whatever stems from the message is cut out here (RULES B5, E10).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 500
SHARED = 12  # a run of so many characters in common with the message is a quotation of it
CUT = "[…]"

_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")


def told(said: str, *, texts: Sequence[str] = (), hidden: Sequence[str] = ()) -> str:
    """`said` on one line of at most 500 characters.

    `texts` are what the message says (text, html, subject): any run of 12 characters that `said`
    shares with one of them, in any case, is cut out, and a shorter text wherever it stands whole.
    `hidden` are addresses and secrets, cut out wherever they stand.
    """
    said = _hide(said, hidden)  # before anything is shortened: half a secret is one too
    said = _SPACE.sub(" ", said[: 8 * LIMIT]).strip()
    if "%" in said or "+" in said:
        said = _hide(_if_it_quotes(said, unquote_plus(said), (*texts, *hidden)), hidden)
    for text in texts:
        said = _without(said, _SPACE.sub(" ", text).strip())
    return said[:LIMIT]


def _hide(said: str, hidden: Sequence[str]) -> str:
    for secret in hidden:
        if secret:
            said = re.sub(re.escape(secret), CUT, said, flags=re.IGNORECASE)
    return said


def _if_it_quotes(said: str, decoded: str, texts: Sequence[str]) -> str:
    """`decoded` when it quotes the message (then in URL form in `said`), else `said`."""
    for text in texts:
        plain = _SPACE.sub(" ", text).strip()
        if _without(decoded, plain) != decoded:
            return decoded
    return said


def _without(said: str, text: str) -> str:
    if not text:
        return said
    low, text = said.lower(), text.lower()
    if len(low) != len(said):  # a letter whose lower case is longer: positions no longer agree
        said = low
    size = min(SHARED, len(text))
    runs = {text[i : i + size] for i in range(len(text) - size + 1)}
    quoted = [False] * len(said)
    for i in range(len(low) - size + 1):
        if low[i : i + size] in runs:
            quoted[i : i + size] = [True] * size
    kept, inside = [], False
    for letter, cut in zip(said, quoted, strict=True):
        if not cut:
            kept.append(letter)
        elif not inside:
            kept.append(CUT)
        inside = cut
    return "".join(kept)
