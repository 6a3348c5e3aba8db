"""What is said to a member after an act: a sentence, and for some the way to undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

KEY = "said"
UNDO_SECONDS = 8
"""How long an undo is offered (SCREENS)."""


@dataclass(frozen=True, slots=True)
class Toast:
    """One sentence. `undo` is a URL to POST to, empty for none; `kind` is well or ill."""

    sentence: str
    undo: str
    kind: str


def toast(request: HttpRequest, sentence: str, *, undo: str = "", kind: str = "well") -> None:
    """Say a sentence on the next page that this person sees. It holds no more than they saw."""
    request.session[KEY] = [*request.session.get(KEY, []), [str(sentence), undo, kind]][-4:]


def take(request: HttpRequest) -> list[Toast]:
    """What is to be said now; said once."""
    session = getattr(request, "session", None)
    if session is None or KEY not in session:
        return []
    return [Toast(*each) for each in session.pop(KEY)]
