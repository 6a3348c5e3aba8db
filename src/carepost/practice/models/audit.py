"""What was done, by whom (RULES E3). Entries hold ids, never content; none is ever changed."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, keys


class AuditEntry(PracticeRow):
    """One act. `actor_kind` is member, token, system or nobody (a forged callback).

    `detail` holds ids, field names and codes only.
    """

    at = models.DateTimeField(default=clock.now)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = keys()
        indexes = [
            models.Index(fields=["practice", "-at"], name="audit_by_time"),
            models.Index(fields=["practice", "subject_id", "-at"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return str(self.id)
