"""What a person asked that cannot be done as asked: the one family of errors of the facts apps."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed. `sentence` tells a person what to do; `field` is what it is about.

    A sentence never repeats what was given: that may be a client's.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotFound(Refused):
    """No such thing in this practice; another practice's counts as none."""


class Conflict(Refused):
    """It was well asked, but what is there now stands against it."""
