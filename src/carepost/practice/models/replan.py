"""What the planner must look at again: rows written with each change, read by its step."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, keys


class Replan(PracticeRow):
    """Something changed about a client, or (subject `practice`) about all of a practice's.

    Rows are only added and taken away, never merged: a change that commits while the planner reads
    leaves a row of its own, so none is missed.
    """

    subject_kind = models.CharField(max_length=12)  # client, practice
    subject_id = models.UUIDField()
    touched_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys()
        # Planned in this order, however many wait.
        indexes = [models.Index(fields=["touched_at", "id"], name="replan_in_order")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
