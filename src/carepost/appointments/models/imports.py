"""An import of visits: its file, how its columns are read, and each row's fate."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class Import(PracticeRow):
    """One file. `report` lists fates by row number and reason: never a cell's content.

    `status`: checked (a dry run was made), running, done, failed. Counts grow while it runs and are
    committed apart from it, so that another process can read them.
    """

    source = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200, blank=True)
    blob = models.CharField(max_length=200, blank=True)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=10, default="checked")
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=list)
    member = within("practice.Member", null=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = keys(SamePractice(field="member", name="import_member"))

    def __str__(self) -> str:
        return str(self.id)
