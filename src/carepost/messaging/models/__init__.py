"""What is said, by which line, and what became of it."""

from carepost.messaging.models.attempt import Attempt, InFlight, Receipt
from carepost.messaging.models.beat import WorkerBeat
from carepost.messaging.models.line import Lane, Line, PracticeLine
from carepost.messaging.models.message import Message, MessageAbout
from carepost.messaging.models.rule import Rule
from carepost.messaging.models.template import Template

__all__ = [
    "Attempt",
    "InFlight",
    "Lane",
    "Line",
    "Message",
    "MessageAbout",
    "PracticeLine",
    "Receipt",
    "Rule",
    "Template",
    "WorkerBeat",
]
