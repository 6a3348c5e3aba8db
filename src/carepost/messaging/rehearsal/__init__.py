"""Rehearsal: the next 14 days with and without a change, by the planner and the gates themselves.

A proposal is applied to the plain facts that the planner decides by, never to the database.
"""

from carepost.messaging.rehearsal.affected import Affected, Going
from carepost.messaging.rehearsal.proposal import (
    ChangedRule,
    NewRule,
    NewSettings,
    NewTemplate,
    Proposal,
    RemovedRule,
)
from carepost.messaging.rehearsal.result import Count, Day, Progress, Rehearsal, Totals
from carepost.messaging.rehearsal.run import rehearse, rehearsing
from carepost.messaging.rehearsal.sentences import HELD
from carepost.messaging.rehearsal.template_preview import Preview, preview

__all__ = [
    "HELD",
    "Affected",
    "ChangedRule",
    "Count",
    "Day",
    "Going",
    "NewRule",
    "NewSettings",
    "NewTemplate",
    "Preview",
    "Progress",
    "Proposal",
    "Rehearsal",
    "RemovedRule",
    "Totals",
    "preview",
    "rehearse",
    "rehearsing",
]
