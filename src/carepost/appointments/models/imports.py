"""An import of visits: its file, how its columns are read, and each row's fate."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class Import(PracticeRow):
    """One file. `report` lists fates by row number and reason: never a cell's content.

    `status`: checked (a dry run was made), running, done, failed (it goes on where it stopped when
    carried out again), undone. Counts grow while it runs and are
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


class Brought(PracticeRow):
    """That an import made a visit or a client, by its `row` of the file: what an undo takes back.

    No key to the subject: that may be gone, or go, before this does.
    """

    import_run = within("appointments.Import")
    kind = models.CharField(max_length=6)  # visit, client
    subject_id = models.UUIDField()
    row = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = keys(SamePractice(field="import_run", name="brought_import"))
        indexes = [models.Index(fields=["practice", "import_run", "kind", "id"], name="brought_by")]

    def __str__(self) -> str:
        return str(self.id)
