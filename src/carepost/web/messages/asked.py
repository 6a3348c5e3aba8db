"""What the list of messages is asked for: its filters, as the URL carries them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from carepost.messaging.board import TROUBLE, Filter
from carepost.messaging.status import Status
from carepost.web.frame import as_id

if TYPE_CHECKING:
    from carepost.web.frame import StaffRequest

CHANNELS = ("sms", "email", "voice", "fax")


def read(request: StaffRequest) -> Filter:
    """From the query string; what is not understood is not asked."""
    given = request.GET
    state, channel = given.get("state", ""), given.get("channel", "")
    start = end = None
    try:
        day = datetime.strptime(given.get("day", ""), "%Y-%m-%d").date()
    except ValueError:
        pass
    else:
        zone = request.visitor.zone
        start = datetime.combine(day, time(), zone)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
    return Filter(
        state=state if state == TROUBLE or state in set(Status) else "",
        kind=given.get("kind", "")[:40],
        channel=channel if channel in CHANNELS else "",
        rule_id=as_id(given.get("rule", "")),
        due_from=start,
        due_until=end,
        words=given.get("q", "").strip()[:80],
        own_of=request.visitor.own_of,
    )
