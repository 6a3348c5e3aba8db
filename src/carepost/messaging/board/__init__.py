"""The outbox at a glance, for pages and programs: counts, lists, forecasts, what needs somebody.

Read-only. Each runs in the caller's transaction, which acts for the practice, and costs one to
three statements however many messages there are.
"""

from carepost.messaging.board.counts import MOST, counts
from carepost.messaging.board.filter import TROUBLE, Filter
from carepost.messaging.board.forecast import Forecast, forecast
from carepost.messaging.board.messages import messages
from carepost.messaging.board.needs import Need, Needs, needs
from carepost.messaging.board.times import DayCount, Flow, HourCount, days, flow

__all__ = [
    "MOST",
    "TROUBLE",
    "DayCount",
    "Filter",
    "Flow",
    "Forecast",
    "HourCount",
    "Need",
    "Needs",
    "counts",
    "days",
    "flow",
    "forecast",
    "messages",
    "needs",
]
