"""A visit that repeats: how it was booked. Each occurrence is a visit of its own."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class Series(PracticeRow):
    """What was agreed when the visits were booked; those that moved since say so themselves.

    `rule` is over days (RFC 5545 RRULE, with `local_date` as DTSTART); each of them at
    `local_time` on the clocks of `zone`.
    """

    client = within("people.Client")
    rule = models.CharField(max_length=120)
    local_date = models.DateField()
    local_time = models.TimeField()
    zone = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys(SamePractice(field="client", name="series_client"))

    def __str__(self) -> str:
        return str(self.id)
