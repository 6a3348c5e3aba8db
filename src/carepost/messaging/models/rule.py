"""A rule: for these visits, this kind, this long before or after, by this channel."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from carepost.ground import clock
from carepost.people.models.client import CHANNELS
from carepost.practice.tenancy import PracticeRow, keys


class Rule(PracticeRow):
    """One sentence of what a practice wants said by itself.

    `when`: before, after (a visit's start), or change (a notice: `grace` after the change).
    A span is `days` of the calendar and `seconds` of the clock, as ISO 8601 reads P1DT2H; with
    `at_time` set the message is due at that local time of the day `days` away. Empty `channel`: the
    person's assigned one. Empty lists: every type, practitioner, place.
    `since`: steps whose moment lay before are not sent (a new rule does not speak of the past).
    """

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=5, choices=CHANNELS, blank=True)
    when = models.CharField(max_length=6)
    days = models.PositiveSmallIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=0)
    at_time = models.TimeField(null=True)
    types = ArrayField(models.UUIDField(), default=list)
    practitioners = ArrayField(models.UUIDField(), default=list)
    places = ArrayField(models.UUIDField(), default=list)
    skip_if_confirmed = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    since = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys()

    def __str__(self) -> str:
        return str(self.id)
