"""What other programs call the state of a visit, in our five words."""

from __future__ import annotations

import re

from carepost.appointments.imports.moments import Unreadable
from carepost.appointments.models import VisitStatus

_WORDS: dict[str, VisitStatus] = {
    word: status
    for status, words in {
        VisitStatus.BOOKED: (
            # "Show" is what SimplePractice calls each visit until something else is known of it.
            "booked", "scheduled", "active", "show", "open", "new", "unconfirmed", "not confirmed",
            "pending", "accepted", "upcoming", "reserved", "not arrived", "unarrived", "normal",
            "made", "reminded", "reminder sent", "none", "no status",
            "to be confirmed", "in diary",
        ),
        VisitStatus.CONFIRMED: (
            "confirmed", "client confirmed", "patient confirmed", "sms confirmed",
        ),
        VisitStatus.CANCELLED: (
            "cancelled", "canceled", "cancel", "late cancelled", "late canceled", "late cancel",
            "late cancellation", "cancelled late", "canceled late", "clinician cancelled",
            "clinician canceled", "provider cancelled", "provider canceled", "practice cancelled",
            "client cancelled", "client canceled", "patient cancelled", "patient canceled",
            "cancelled by client", "canceled by client", "cancelled by patient",
            "canceled by patient", "cancelled by practice", "canceled by practice",
            "cancelled by customer", "canceled by customer", "cancelled by seller",
            "canceled by seller", "cancellation", "declined", "deleted", "removed", "archived",
        ),
        VisitStatus.NO_SHOW: (
            "no show", "noshow", "did not arrive", "dna", "missed", "did not attend",
            "not attended", "absent", "failed to attend", "fta", "failed to arrive", "did not come",
            "no showed",
        ),
        VisitStatus.DONE: (
            "done", "completed", "complete", "attended", "arrived", "kept", "seen", "finished",
            "checked out", "checked in", "in session", "showed", "fulfilled", "closed", "paid",
            "invoiced",
        ),
    }.items()
    for word in words
}  # fmt: skip
_NO = {"", "no", "n", "false", "f", "0", "-", "none", "null", "not cancelled", "not canceled"}
_YES = {"yes", "y", "true", "t", "1", "x", "\u2713"}


def status_of(text: str) -> VisitStatus:
    """The status a word stands for; empty: booked. Raises Unreadable for a word not known."""
    word = _plain(text)
    if not word:
        return VisitStatus.BOOKED
    if word not in _WORDS:
        raise Unreadable("The status is not a word that is known here.")
    return _WORDS[word]


def marked(text: str) -> bool:
    """Whether a column such as "Cancelled at" or "Did not arrive" is marked: yes, true, or a date.

    Raises Unreadable for what is neither that nor a no.
    """
    word = " ".join(text.lower().split())
    if word in _NO:
        return False
    if word in _YES or _plain(word) in _WORDS or re.search(r"\d{2}", word):
        return True
    raise Unreadable("A column that is marked or not holds something else.")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z]+", " ", text.lower()).split())
