"""What needs somebody now, each with where the one act that mends it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from carepost.messaging import board
from carepost.web.messages import mends

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from carepost.messaging.board import Need
    from carepost.messaging.why import Hearing
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
    """The first rows; `total` of them, `more` than are shown. `heard`: of visits asked of."""

    rows: list[Row]
    total: int
    more: bool
    heard: dict[UUID, Hearing]


def of(visitor: Visitor, visits: Iterable[UUID]) -> Needs:
    """The most pressing first; and of the `visits` shown beside, whether their clients hear."""
    found = board.needs(visitor.practice_id, visitor.now, MOST, visitor.own_of, visits)
    rows = [_row(need) for need in found.rows]
    return Needs(rows, found.total, found.total > MOST, found.heard)


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
