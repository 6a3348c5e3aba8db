"""What needs somebody now, each with where the one act that mends it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.messaging import board
from carepost.web.messages import mends

if TYPE_CHECKING:
    from carepost.messaging.board import Need
    from carepost.web.visitor import Visitor

MOST = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One need. `href` with its `action`; `beside`: it opens beside the page."""

    need: Need
    action: str
    href: str
    beside: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """The first rows; `total` of them, `more` than are shown."""

    rows: list[Row]
    total: int
    more: bool


def of(visitor: Visitor) -> Needs:
    """The most pressing first."""
    found = board.needs(visitor.practice_id, visitor.now, MOST)
    return Needs([_row(need) for need in found.rows], found.total, found.total > MOST)


def _row(need: Need) -> Row:
    elsewhere = mends.of_client(need.mend, need.client_id) if need.mend else ""
    if need.mend and elsewhere:
        return Row(need, need.mend.label, elsewhere, beside=False)
    if need.message_id:
        return Row(need, _("Why"), reverse("messages:why", args=[need.message_id]), beside=True)
    if need.appointment_id:
        visit = reverse("calendar:visit", args=[need.appointment_id])
        return Row(need, _("Show the visit"), visit, beside=True)
    return Row(need, "", "", beside=False)
