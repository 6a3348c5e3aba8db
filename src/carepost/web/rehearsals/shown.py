"""A rehearsal as a page shows it: who gains, loses, moves, and the picture of both fortnights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import formats
from django.utils.translation import gettext as _

from carepost.people.models import Client
from carepost.web.pictures import bars

if TYPE_CHECKING:
    from carepost.messaging.rehearsal import Rehearsal


def shown(found: Rehearsal) -> dict[str, Any]:
    """What the template needs (`Any`: a template's), names read in one statement."""
    names = Client.objects.in_bulk([each.client_id for each in found.affected])
    series = (bars.Series(_("As it is"), "quiet"), bars.Series(_("With the change"), "one"))
    title = _("Messages a day, as it is and with the change")
    columns = [
        bars.Column(
            formats.date_format(day.day, "j M"),
            (day.without, day.with_),
            formats.date_format(day.day, "l j F"),
        )
        for day in found.days
    ]
    return {
        "found": found,
        "counts": {
            change: found.count(change)
            for change in ("gains", "loses", "moves", "held", "released", "channel", "words")
        },
        "affected": [(each, names.get(each.client_id)) for each in found.affected],
        "drawing": bars.draw_pairs(series, columns, title),
        "series": series,
        "columns": columns,
        "first_word": _("Day"),
    }
