"""The words of a kind, per channel and language, in versions that never change."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class Template(PracticeRow):
    """One version. The newest of a (rule, kind, what, channel, language) is used.

    No `rule`: for all rules of the kind. Empty `channel`: any. `what`: which sort of notice.
    """

    rule = within("messaging.Rule", null=True)
    kind = models.CharField(max_length=40)
    what = models.CharField(max_length=10, blank=True)
    channel = models.CharField(max_length=5, blank=True)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys(
            SamePractice(field="rule", name="template_rule"),
            models.UniqueConstraint(
                fields=["practice", "rule", "kind", "what", "channel", "language", "version"],
                name="template_version_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
